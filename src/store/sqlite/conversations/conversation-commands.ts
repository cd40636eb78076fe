import type {
  ConversationKey,
  ConversationRefusal,
  ConversationResult,
  ReadMarker,
} from '../../conversation-store.ts'
import type { Cursor } from '../../message-log.ts'
import type { Session } from '../../session-store.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { LogBoundsQuery } from '../log/bounds.ts'
import { CursorResolver } from '../log/resolve-cursor.ts'
import { queriesOf } from '../queries-of.ts'
import { ConversationQueries } from './conversation-queries.ts'
import { ReadMarkers } from './read-markers.ts'

/** The arguments of `ConversationStore.markRead`. */
export interface MarkReadCall {
  session: Session
  key: ConversationKey
  upTo: Cursor
}

export type MarkReadOutcome = 'done' | 'stale' | ConversationRefusal

/** Must be called inside a write transaction. */
export class ConversationCommands {
  readonly #accounts
  readonly #bounds
  readonly #cursors
  readonly #conversations
  readonly #markers

  constructor(connection: Connection) {
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#cursors = queriesOf(CursorResolver, connection)
    this.#conversations = queriesOf(ConversationQueries, connection)
    this.#markers = queriesOf(ReadMarkers, connection)
  }

  mute(
    { id: session }: Session,
    key: ConversationKey,
    muted: boolean,
    now: number,
  ): ConversationResult {
    const viewer = this.#accounts.ofSession(session, now)
    if (viewer === undefined) return { kind: 'session-ended' }
    const located = this.#conversations.locate(viewer, key)
    if (typeof located === 'string') return { kind: located }
    if (located.audience !== undefined) this.#markers.mute(viewer.id, located.audience, muted)
    return this.#conversations.find(viewer, key)
  }

  /** @returns `read`: the marker, if it has moved */
  markRead(
    { session: { id }, key, upTo }: MarkReadCall,
    now: number,
  ): { outcome: MarkReadOutcome; read: ReadMarker[] } {
    const viewer = this.#accounts.ofSession(id, now)
    if (viewer === undefined) return { outcome: 'session-ended', read: [] }
    const located = this.#conversations.locate(viewer, key)
    if (typeof located === 'string') return { outcome: located, read: [] }
    const { reset } = this.#cursors.resolve(upTo, this.#bounds.read())
    if (reset?.reason === 'ahead' || reset?.reason === 'rewound')
      return { outcome: 'stale', read: [] }
    const { audience, ref } = located
    // A marker at 0 is as good as none.
    const hasMoved =
      audience !== undefined && upTo.id > 0 && this.#markers.move(viewer.id, audience, upTo.id)
    return { outcome: 'done', read: hasMoved ? [{ account: viewer.id, ref, upTo: upTo.id }] : [] }
  }
}
