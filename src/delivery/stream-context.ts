import type { Presence } from '../chat/presence.ts'
import type { Cursor, Session } from '../store/store.ts'
import type { DeliveryReceipts } from './delivery-receipts.ts'
import type { LogReader } from './log-reader.ts'
import type { PresenceBroadcaster } from './presence-broadcaster.ts'
import type { SseConnection } from './sse-connection.ts'
import type { Stream } from './stream.ts'

export interface StreamOptions {
  session: Session
  /** Null for a reader who comes without one. */
  cursor: Cursor | null
  presence: 'full' | 'none'
  connection: Pick<
    SseConnection,
    | 'listen'
    | 'scheduleHead'
    | 'buffer'
    | 'write'
    | 'rawSocket'
    | 'onSocketFull'
    | 'isDrained'
    | 'end'
    | 'destroy'
  >
}

/** What a stream lives among. */
export interface StreamContext {
  logReader: LogReader
  presence: Presence
  presenceBroadcaster: PresenceBroadcaster
  receipts: DeliveryReceipts
  /** How long to wait before a store that could not be read is asked again, in ms. */
  retryMs: number
  /** Whether a session that was alive is so still, and the same one. @throws {Unavailable} */
  isSessionValid(session: Session): Promise<boolean>
  /** The stream is at the head: what comes next is delivered to it. Called again once it is ready. */
  onLive(stream: Stream): void
  /** Its reader is too slow to be delivered to: it reads on by itself. */
  onBehind(stream: Stream): void
  /** It ended: nothing more is to be written. */
  onEnded(stream: Stream): void
  /** Its socket is closed. */
  onClosed(stream: Stream): void
  /** A mistake of our own; the stream is cut and its reader will resume. */
  onError(error: unknown): void
}
