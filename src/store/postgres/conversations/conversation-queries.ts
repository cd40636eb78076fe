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
import type { RoomRef } from '../../room.ts'
import { toMessage } from '../../rows.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from '../log/bounds.ts'
import { type EntryAndRoomRow, entryColumns, entryJoins, roomRefJson } from '../log/entry-query.ts'
import { NO_END, trimmedTo } from '../log/visibility.ts'
import type { Pool } from '../pool.ts'
import { audienceParameters, audienceQueries, refusalOf } from './find-audience.ts'

/** No more are counted. */
const MAX_COUNT = 100

/** One more than a page may hold. */
const MAX_ROWS = 201

/**
 * The newest message of an audience in a range, by the index of messages alone: see `messageIds`.
 *
 * @param range a condition on `entries`
 */
const newestMessage = (range: string) => `
  SELECT entries.id FROM entries
  WHERE entries.audience_id = ANY (ARRAY[audience, audience]) AND entries.id > ${trimmedTo}
    AND ${range} AND entries.kind = 'message'
  ORDER BY entries.audience_id DESC, entries.id DESC LIMIT 1`

/**
 * The newest message that the viewer $1 may read of an `audience`, of which they are a member since the
 * entry `joined`. Of a history `since-joined` it is of their newest stay in which something was said.
 */
const lastMessage = `
  CASE WHEN joined > 0 AND (
    SELECT history = 'since-joined' FROM rooms WHERE rooms.audience_id = audience LIMIT 1
  ) THEN (
    SELECT newest.id FROM (
      SELECT joined_id, coalesce(left_id, ${NO_END}) AS end_id FROM members
      WHERE members.account_id = $1::bigint AND members.audience_id = audience
      ORDER BY joined_id DESC
    ) AS stays
    CROSS JOIN LATERAL (${newestMessage('entries.id BETWEEN joined_id AND end_id')}) AS newest
    ORDER BY joined_id DESC LIMIT 1
  ) ELSE (${newestMessage('true')}) END`

/** The other person of a direct conversation of the viewer $1, who is the same for notes to oneself. */
const otherAccount = `(
  SELECT CASE WHEN low_id = $1::bigint THEN high_id ELSE low_id END FROM audiences
  WHERE audiences.id = audience AND type = 'direct' LIMIT 1)`

/** As the API names a conversation. */
const conversationId = `(
  CASE WHEN audience = 1 THEN 'everyone'
    WHEN joined > 0 THEN 'room:' || (
      SELECT name FROM rooms WHERE rooms.audience_id = audience LIMIT 1)
    ELSE 'direct:' || (SELECT username FROM accounts WHERE accounts.id = ${otherAccount} LIMIT 1)
  END) COLLATE "C"`

/**
 * Of the viewer $1: the conversations after the last id $2, or of those with this id after $3, of the
 * number $4. The last message of each is found first: only those without one can have the same last id.
 */
const listedConversations = `
  mine AS MATERIALIZED (
    SELECT 1::bigint AS audience, 0::bigint AS joined
    UNION ALL
    SELECT audience_id, joined_id FROM members
    WHERE members.account_id = $1::bigint AND left_id IS NULL
  ),
  latest AS MATERIALIZED (SELECT *, ${lastMessage} AS last_message FROM mine),
  found AS MATERIALIZED (SELECT *, coalesce(last_message, joined) AS last_id FROM latest),
  listed AS MATERIALIZED (
    SELECT *, CASE WHEN joined = 0 AND audience <> 1 THEN ${otherAccount} END AS other FROM (
      SELECT *, CASE WHEN last_id = 0 THEN ${conversationId} END AS tie FROM found
      WHERE last_id < $2::bigint OR (last_id = $2::bigint AND ${conversationId} > $3::text)
      ORDER BY last_id DESC, tie LIMIT $4::bigint
    ) AS page LIMIT ${MAX_ROWS}
  )`

/** A conversation of the viewer $1, from `listed`, of which `place` and `marker` are joined. */
const conversationColumns = `
  listed.audience, listed.last_id AS "lastId", listed.tie, place.ref AS "inRoom", place.title,
  to_json(person) AS with, coalesce(marker.read_up_to, 0) AS "readUpTo",
  coalesce(marker.muted, false) AS muted,
  (
    SELECT count(*) FROM (
      SELECT FROM entries
      WHERE entries.audience_id = ANY (ARRAY[listed.audience, listed.audience])
        AND entries.id > ${trimmedTo} AND entries.id > coalesce(marker.read_up_to, 0)
        AND entries.kind = 'message' AND entries.actor_id <> $1::bigint AND entries.deleted_at IS NULL
      ORDER BY entries.audience_id, entries.id LIMIT ${MAX_COUNT}
    ) AS unread
  ) AS unread,
  (
    SELECT count(*) FROM (
      SELECT FROM mentions
      WHERE mentions.account_id = $1::bigint AND mentions.audience_id = listed.audience
        AND mentions.message_id > coalesce(marker.read_up_to, 0)
      ORDER BY mentions.message_id LIMIT ${MAX_COUNT}
    ) AS mentioned
  ) AS mentioned, last.*`

/** Follows FROM: `listed`, and what `conversationColumns` need of each. */
const conversationSources = `
  listed LEFT JOIN LATERAL (
    SELECT ${roomRefJson} AS ref, title FROM rooms
    WHERE rooms.audience_id = listed.audience AND listed.joined > 0 LIMIT 1
  ) AS place ON true
  LEFT JOIN LATERAL (
    SELECT id, username FROM accounts
    WHERE accounts.id = listed.other AND listed.other IS NOT NULL LIMIT 1
  ) AS person ON true
  LEFT JOIN LATERAL (
    SELECT read_up_to, muted FROM read_markers
    WHERE read_markers.account_id = $1::bigint AND read_markers.audience_id = listed.audience LIMIT 1
  ) AS marker ON true
  LEFT JOIN LATERAL (
    SELECT ${entryColumns} FROM (
      SELECT * FROM entries
      WHERE entries.id = listed.last_message AND listed.last_message IS NOT NULL LIMIT 1
    ) AS entries ${entryJoins()}
  ) AS last ON true`

const listQuery = `
  WITH ${listedConversations}
  SELECT bounds.*, conversations.* FROM (SELECT ${boundsColumns}) AS bounds
  LEFT JOIN (SELECT ${conversationColumns} FROM ${conversationSources}) AS conversations ON true
  ORDER BY conversations."lastId" DESC, conversations.tie`

/** No audience has the id 0. */
const findQueries = Object.fromEntries(
  Object.entries(audienceQueries).map(([type, query]) => [
    type,
    `WITH wanted AS MATERIALIZED (${query}),
    listed AS MATERIALIZED (
      SELECT *, coalesce(last_message, joined) AS last_id, NULL::text AS tie FROM (
        SELECT *, CASE WHEN refusal IS NULL THEN ${lastMessage} END AS last_message
        FROM (SELECT coalesce(audience, 0) AS audience, joined, other, refusal FROM wanted) AS wanted
      ) AS found
    )
    SELECT ${boundsColumns}, listed.refusal, ${conversationColumns} FROM ${conversationSources}`,
  ]),
)

type ConversationRow = BoundsRow & {
  audience: number
  inRoom: RoomRef | null
  title: string | null
  with: Person | null
} & Pick<Conversation, 'lastId' | 'readUpTo' | 'muted' | 'unread' | 'mentioned'> &
  // All null where there is no last message.
  EntryAndRoomRow

export async function listConversations(
  pool: Pool,
  viewer: number,
  { before, limit }: ConversationQuery,
): Promise<ConversationPage> {
  // One more than asked for shows whether there are more. No text comes after a null one.
  const parameters = [
    viewer,
    before?.lastId ?? Number.MAX_SAFE_INTEGER,
    before?.id ?? null,
    limit + 1,
  ]
  const rows = await pool.read((sql) =>
    sql.unsafe<ConversationRow[]>(listQuery, parameters, { prepare: true }),
  )
  const found = rows.filter(({ audience }) => audience !== null)
  return {
    conversations: found.slice(0, limit).map(toConversation),
    more: found.length > limit,
    bounds: toLogBounds(rows[0] as ConversationRow),
  }
}

export async function findConversation(
  pool: Pool,
  viewer: number,
  key: ConversationKey,
): Promise<ConversationResult> {
  type Row = ConversationRow & { refusal: ConversationRefusal | null }
  const [row] = await pool.read((sql) =>
    sql.unsafe<Row[]>(findQueries[key.type] as string, audienceParameters(viewer, key), {
      prepare: true,
    }),
  )
  const refusal = refusalOf(key, row)
  if (refusal !== undefined) return { kind: refusal }
  return { kind: 'done', conversation: toConversation(row as Row) }
}

function toConversation(row: ConversationRow): Conversation {
  const { head, lastId, readUpTo, muted, unread, mentioned } = row
  const ref = toConversationRef(row.inRoom, row.with)
  return {
    ref,
    title: row.title ?? (ref.type === 'direct' ? ref.with.username : ref.type),
    last: row.id === null ? null : toMessage(row, row.room),
    lastId,
    readUpTo,
    unread,
    mentioned,
    muted,
    asOf: head,
  }
}

export function toConversationRef(room: RoomRef | null, other: Person | null): ConversationRef {
  if (room !== null) return { type: 'room', room }
  return other === null ? { type: 'everyone' } : { type: 'direct', with: other }
}
