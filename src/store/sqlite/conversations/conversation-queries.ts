import type {
  Conversation,
  ConversationKey,
  ConversationPage,
  ConversationQuery,
  ConversationRef,
  ConversationRefusal,
  ConversationResult,
} from '../../conversation-store.ts'
import type { Person } from '../../person.ts'
import { mayRead } from '../../room-rules.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { Audiences, EVERYONE } from '../log/audiences.ts'
import { LogBoundsQuery } from '../log/bounds.ts'
import { MessageQueries } from '../log/message-queries.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomStates } from '../rooms/room-states.ts'
import { newestIn, oneAudience, ownAudiences } from './newest-messages.ts'

const MAX_COUNT = 100

type Row = { audience: number; lastId: number; readUpTo: number; muted: 0 | 1 }

/** A conversation that the viewer is in. */
type Located = {
  ref: ConversationRef
  title: string
  /** Undefined for a direct one in which nothing was said. */
  audience: number | undefined
}

export class ConversationQueries {
  readonly #bounds
  readonly #accounts
  readonly #audiences
  readonly #rooms
  readonly #messages
  readonly #page
  readonly #one
  readonly #other
  readonly #unread
  readonly #mentioned

  constructor(connection: Connection) {
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#audiences = queriesOf(Audiences, connection)
    this.#rooms = queriesOf(RoomStates, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    type Page = { viewer: number; lastId: number | null; id: string | null; count: number }
    this.#page = connection.prepare<Page, Row>(
      `WITH ${newestIn(ownAudiences)},
       listed AS (
         SELECT *, CASE WHEN lastId = 0 OR lastId = :lastId THEN ${idOfAudience} END AS id FROM newest)
       SELECT ${columns} FROM listed ${withMarkers}
       WHERE :lastId IS NULL OR lastId < :lastId OR (lastId = :lastId AND id > :id)
       ORDER BY lastId DESC, id LIMIT :count`,
    )
    this.#one = connection.prepare<{ viewer: number; audience: number }, Row>(
      `WITH ${newestIn(oneAudience)} SELECT ${columns} FROM newest AS listed ${withMarkers}`,
    )
    this.#other = connection.prepare<{ viewer: number; audience: number }, Person>(
      `SELECT accounts.id, accounts.username FROM audiences
       CROSS JOIN accounts ON accounts.id = ${otherPerson}
       WHERE audiences.id = :audience AND audiences.type = 'direct'`,
    )
    this.#unread = connection
      .prepare<[number, number, number], number>(
        `SELECT count(*) FROM (
           SELECT 1 FROM entries INDEXED BY entries_messages
           WHERE audience_id = ? AND kind = 'message' AND id > ? AND actor_id <> ?
             AND deleted_at IS NULL
           LIMIT ${MAX_COUNT})`,
      )
      .pluck()
    this.#mentioned = connection
      .prepare<[number, number, number], number>(
        `SELECT count(*) FROM (
           SELECT 1 FROM mentions WHERE account_id = ? AND audience_id = ? AND message_id > ?
           LIMIT ${MAX_COUNT})`,
      )
      .pluck()
  }

  list(viewer: Person, { before, limit }: ConversationQuery): ConversationPage {
    const bounds = this.#bounds.read()
    const rows = this.#page.all({
      viewer: viewer.id,
      lastId: before?.lastId ?? null,
      id: before?.id ?? null,
      // One row more than the page shows whether there are more.
      count: limit + 1,
    })
    const conversations = rows
      .slice(0, limit)
      .map((row) => this.#tell(viewer, this.#ofAudience(viewer, row.audience), row, bounds.head))
    return { conversations, more: rows.length > limit, bounds }
  }

  find(viewer: Person, key: ConversationKey): ConversationResult {
    const located = this.locate(viewer, key)
    if (typeof located === 'string') return { kind: located }
    const { audience } = located
    const row =
      audience === undefined ? emptyRow : (this.#one.get({ viewer: viewer.id, audience }) as Row)
    return {
      kind: 'done',
      conversation: this.#tell(viewer, located, row, this.#bounds.read().head),
    }
  }

  /** Its audience, and how the viewer knows it. */
  locate(viewer: Person, key: ConversationKey): Located | ConversationRefusal {
    if (key.type === 'everyone') return everyone
    if (key.type === 'direct') {
      const other = this.#accounts.person(key.key)
      if (!other) return 'unknown-user'
      return { ...directWith(other), audience: this.#audiences.between(viewer.id, other.id) }
    }
    const view = this.#rooms.byKey(viewer.id, key.key)
    if (!view || !mayRead(view.room, view.membership?.role)) return 'unknown-room'
    if (!view.membership) return 'not-a-member'
    const { id, name, title } = view.room
    return { ref: { type: 'room', room: { id, name } }, title, audience: id }
  }

  #ofAudience(viewer: Person, audience: number): Located {
    if (audience === EVERYONE) return everyone
    const other = this.#other.get({ viewer: viewer.id, audience })
    if (other) return { ...directWith(other), audience }
    const { room } = this.#rooms.byId(viewer.id, audience) as NonNullable<
      ReturnType<RoomStates['byId']>
    >
    return {
      ref: { type: 'room', room: { id: room.id, name: room.name } },
      title: room.title,
      audience,
    }
  }

  #tell(viewer: Person, { ref, title }: Located, row: Row, head: number): Conversation {
    const { audience, lastId, readUpTo, muted } = row
    return {
      ref,
      title,
      last: this.#messages.find(lastId) ?? null,
      lastId,
      readUpTo,
      unread: this.#unread.get(audience, readUpTo, viewer.id) as number,
      mentioned: this.#mentioned.get(viewer.id, audience, readUpTo) as number,
      muted: muted === 1,
      asOf: head,
    }
  }
}

const columns =
  'listed.audience, listed.lastId, coalesce(read_up_to, 0) AS readUpTo, coalesce(muted, 0) AS muted'

const withMarkers = `LEFT JOIN read_markers
  ON read_markers.account_id = :viewer AND read_markers.audience_id = listed.audience`

const otherPerson =
  'CASE audiences.low_id WHEN :viewer THEN audiences.high_id ELSE audiences.low_id END'

/** What `newest` is told as: only where two can have the same `lastId`, as it costs a look-up each. */
const idOfAudience = `
  (SELECT CASE audiences.type
     WHEN 'everyone' THEN 'everyone'
     WHEN 'room' THEN 'room:' || (SELECT name FROM rooms WHERE audience_id = newest.audience)
     ELSE 'direct:' || (SELECT username FROM accounts WHERE accounts.id = ${otherPerson}) END
   FROM audiences WHERE audiences.id = newest.audience)`

const emptyRow: Row = { audience: 0, lastId: 0, readUpTo: 0, muted: 0 }

const everyone: Located = { ref: { type: 'everyone' }, title: 'everyone', audience: EVERYONE }

function directWith(other: Person): Omit<Located, 'audience'> {
  return { ref: { type: 'direct', with: other }, title: other.username }
}
