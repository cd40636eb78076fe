import type { Message, Reset, EndReason as SessionEnd } from '../../client/index.ts'
import type { OnlineUsers } from '../state/online-users.ts'

/** How the line to the server is. */
export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Lost; the next try is at `retryAt`, in Unix ms. */
  | { readonly state: 'lost'; readonly retryAt: number }

/** Why a session is over. */
export type EndReason = SessionEnd | 'unauthorized'

/** What a tab tells the line. */
export type MessageToStream =
  | { readonly type: 'attach'; readonly server: string; readonly token: string }
  | { readonly type: 'detach' }
  /** There is reason to think that the network is back. */
  | { readonly type: 'reconnect-now' }

/** What the line tells its tabs, each in the order in which it happened. */
export type MessageFromStream =
  | { readonly type: 'connection'; readonly connection: ConnectionState }
  /** Each once, in the order of the log, but for what is told again to a new tab. */
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  /** With `messages` that came right after it, where they show whether anything was lost. */
  | { readonly type: 'reset'; readonly reset: Reset; readonly messages: readonly Message[] }
  | { readonly type: 'online-users'; readonly onlineUsers: OnlineUsers }
  | { readonly type: 'ended'; readonly reason: EndReason }

/** A `MessagePort`, as far as the line needs one. */
export interface TabPort {
  postMessage(message: MessageFromStream): void
  addEventListener(type: 'message', listener: (event: { data: MessageToStream }) => void): void
  start(): void
}
