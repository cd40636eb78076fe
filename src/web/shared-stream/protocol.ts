import type { Message, Reset, EndReason as SessionEnd } from '../../client/index.ts'
import type { OnlineUsers } from '../state/online-users.ts'

/** The state of the stream's connection. */
export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The next attempt is at `retryAt`, in Unix ms. */
  | { readonly state: 'lost'; readonly retryAt: number }

/** Why a session ended. */
export type EndReason = SessionEnd | 'unauthorized'

/** From a tab to the shared stream. */
export type MessageToStream =
  | { readonly type: 'attach'; readonly server: string; readonly token: string }
  | { readonly type: 'detach' }
  /** The network may be back. */
  | { readonly type: 'reconnect-now' }

/** From the shared stream to its tabs, in the order of the events. */
export type MessageFromStream =
  | { readonly type: 'connection'; readonly connection: ConnectionState }
  /** Each message once, in the order of the log. A new tab gets the recent ones again. */
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  /** For a new epoch, with the messages that follow, which show whether any were lost. */
  | { readonly type: 'reset'; readonly reset: Reset; readonly messages: readonly Message[] }
  | { readonly type: 'online-users'; readonly onlineUsers: OnlineUsers }
  | { readonly type: 'ended'; readonly reason: EndReason }

/** The part of a `MessagePort` that the shared stream uses. */
export interface TabPort {
  postMessage(message: MessageFromStream): void
  addEventListener(type: 'message', listener: (event: { data: MessageToStream }) => void): void
  start(): void
}
