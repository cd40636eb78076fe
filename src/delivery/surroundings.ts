import type { Presence } from '../chat/presence.ts'
import type { Cursor, Session } from '../store/store.ts'
import type { ReachedMarks } from './marks.ts'
import type { PresenceFeed } from './presence-feed.ts'
import type { Stream } from './stream.ts'
import type { Tail } from './tail.ts'
import type { Wire } from './wire.ts'

export interface StreamRequest {
  session: Session
  /** Null for a reader who comes without one. */
  cursor: Cursor | null
  presence: 'full' | 'none'
  wire: Pick<
    Wire,
    'listen' | 'begin' | 'hold' | 'write' | 'outlet' | 'filled' | 'empty' | 'end' | 'destroy'
  >
}

/** What a stream lives among. */
export interface Surroundings {
  tail: Tail
  presence: Presence
  feed: PresenceFeed
  marks: ReachedMarks
  /** How long to wait before a store that could not be read is asked again, in ms. */
  retryMs: number
  /** Whether a session that was alive is so still, and the same one. @throws {Unavailable} */
  stands(session: Session): Promise<boolean>
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
