import type { ConversationKey, ConversationRefusal } from '../../conversation-store.ts'
import type { Pool } from '../pool.ts'

/** A conversation that someone is in. */
export interface ConversationAudience {
  /** Null for two people who never wrote to each other. */
  audience: number | null
  /** The other account of a direct conversation, else null. */
  other: number | null
  /** Whether the other has blocked the viewer. */
  isBlocked: boolean
}

/**
 * Queries for one row, the conversation of the viewer $1 with the key $2, if there is one: its `audience`;
 * the entry with which they `joined` its room, else 0; the `other` account of a direct one, and whether
 * it has blocked them (`isBlocked`); and why they are not in it, as `refusal`.
 */
export const audienceQueries: Record<ConversationKey['type'], string> = {
  everyone: `
    SELECT 1::bigint AS audience, 0::bigint AS joined, NULL::bigint AS other, NULL::text AS refusal,
      false AS "isBlocked"
    WHERE $1::bigint > 0 AND $2::text = ''`,
  room: `
    SELECT rooms.audience_id AS audience, coalesce(stay.joined_id, 0) AS joined, NULL::bigint AS other,
      CASE WHEN stay.joined_id IS NULL THEN 'not-a-member' END AS refusal, false AS "isBlocked"
    FROM (SELECT audience_id, access FROM rooms WHERE rooms.key = $2 LIMIT 1) AS rooms
    LEFT JOIN LATERAL (
      SELECT joined_id FROM (
        SELECT joined_id, left_id FROM members
        WHERE members.account_id = $1::bigint AND members.audience_id = rooms.audience_id
        ORDER BY joined_id DESC LIMIT 1
      ) AS last WHERE left_id IS NULL
    ) AS stay ON true
    WHERE rooms.access = 'open' OR stay.joined_id IS NOT NULL`,
  direct: `
    SELECT audiences.id AS audience, 0::bigint AS joined, people.id AS other, NULL::text AS refusal,
      (
        SELECT true FROM blocks
        WHERE blocks.account_id = people.id AND blocks.blocked_id = $1::bigint LIMIT 1
      ) IS NOT NULL AS "isBlocked"
    FROM (SELECT id FROM accounts WHERE accounts.key = $2 LIMIT 1) AS people
    LEFT JOIN LATERAL (
      SELECT id FROM audiences
      WHERE low_id = least($1::bigint, people.id) AND high_id = greatest($1::bigint, people.id) LIMIT 1
    ) AS audiences ON true`,
}

/** The parameters of `audienceQueries`. */
export function audienceParameters(viewer: number, key: ConversationKey): [number, string] {
  return [viewer, key.type === 'everyone' ? '' : key.key]
}

/** @param row of one of `audienceQueries`, with its `refusal` */
export function refusalOf(
  key: ConversationKey,
  row: { refusal: ConversationRefusal | null } | undefined,
): ConversationRefusal | undefined {
  if (row === undefined) return key.type === 'room' ? 'unknown-room' : 'unknown-user'
  return row.refusal ?? undefined
}

export async function findAudience(
  pool: Pool,
  viewer: number,
  key: ConversationKey,
): Promise<ConversationAudience | ConversationRefusal> {
  const [row] = await pool.read((sql) =>
    sql.unsafe<(ConversationAudience & { refusal: ConversationRefusal | null })[]>(
      audienceQueries[key.type],
      audienceParameters(viewer, key),
      { prepare: true },
    ),
  )
  return refusalOf(key, row) ?? (row as ConversationAudience)
}
