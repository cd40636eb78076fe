import type { EndReason as SessionEnd } from '../../client/index.ts'
import type { StateEvent } from '../../client/state/index.ts'

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
  /** A tab's first one with a cursor says where its stream begins. */
  | { readonly type: 'events'; readonly events: readonly StateEvent[] }
  | { readonly type: 'ended'; readonly reason: EndReason }

/** The part of a `MessagePort` that the shared stream uses. */
export interface TabPort {
  postMessage(message: MessageFromStream): void
  addEventListener(type: 'message', listener: (event: { data: MessageToStream }) => void): void
  start(): void
}
