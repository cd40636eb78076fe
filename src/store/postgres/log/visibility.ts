/** What a viewer may see, in SQL, as ranges of ids, each in one audience. SQLite's file of this name says more. */

import { isMember } from './entry-query.ts'

/** Every id is below it. */
export const NO_END = '9223372036854775807'

/** How far the log is trimmed: no deleted id is searched for. */
export const trimmedTo = '(SELECT up_to FROM trimmed)'

/**
 * Queries of a WITH clause whose last, `ranges`, has what the streams of a viewer carry, as `low` and
 * `high` of an `audience`: `low < id <= high`. What everyone hears, each conversation, and each stay in a
 * room that may be read; of any other stay its beginning and its end alone.
 *
 * @param viewer an expression for an account
 * @param start an expression for the id after which they begin
 * @param withEnds false leaves out what is not a message in any case
 */
export function carriedRanges(viewer: string, start: string, withEnds: boolean): string {
  const ends = `
    UNION ALL
    SELECT audience_id, end_id - 1, end_id
    FROM ended CROSS JOIN LATERAL (VALUES (joined_id), (left_id)) AS ends (end_id)
    WHERE NOT readable AND end_id > ${start}`
  return `
    stays AS MATERIALIZED (
      SELECT audience_id, joined_id, left_id FROM members
      WHERE members.account_id = ${viewer} AND (left_id IS NULL OR left_id > ${start})
    ),
    ended AS MATERIALIZED (
      SELECT *, coalesce((
        SELECT rooms.deleted_id IS NULL AND (
          rooms.access = 'open' OR ${isMember(viewer, 'stays.audience_id')})
        FROM rooms WHERE rooms.audience_id = stays.audience_id LIMIT 1
      ), false) AS readable
      FROM stays WHERE left_id IS NOT NULL
    ),
    ranges AS (
      SELECT 1::bigint AS audience, 0::bigint AS low, ${NO_END}::bigint AS high
      UNION ALL
      SELECT audience_id, joined_id - 1, ${NO_END} FROM stays WHERE left_id IS NULL
      UNION ALL
      SELECT audience_id, joined_id - 1, left_id FROM ended WHERE readable
      ${withEnds ? ends : ''}
    )`
}

/** The same for the direct conversation of two accounts. */
export function conversationRanges(one: string, other: string): string {
  return `
    ranges AS (
      SELECT id AS audience, 0::bigint AS low, ${NO_END}::bigint AS high FROM audiences
      WHERE low_id = least(${one}::bigint, ${other}::bigint)
        AND high_id = greatest(${one}::bigint, ${other}::bigint) LIMIT 1
    )`
}

/**
 * The same for what a viewer may read of a room: everything, or what lies within their stays. The room
 * is `place`, where they may read it.
 *
 * @param key an expression for the key of its name
 * @param mayRead a condition on `rooms`
 */
export function roomRanges(viewer: string, key: string, mayRead: string): string {
  return `
    place AS MATERIALIZED (
      SELECT audience_id, history FROM rooms WHERE rooms.key = ${key} AND ${mayRead} LIMIT 1
    ),
    ranges AS (
      SELECT audience_id AS audience, 0::bigint AS low, ${NO_END}::bigint AS high
      FROM place WHERE history = 'all'
      UNION ALL
      SELECT place.audience_id, joined_id - 1, coalesce(left_id, ${NO_END})
      FROM place CROSS JOIN LATERAL (
        SELECT joined_id, left_id FROM members
        WHERE members.account_id = ${viewer} AND members.audience_id = place.audience_id
        ORDER BY joined_id
      ) AS stays WHERE history = 'since-joined'
    )`
}

export interface MergeOptions {
  /** Whether the first of the ids are taken, or the last, which come last first. */
  order: 'ASC' | 'DESC'
  /** Expressions between which the ids are, exclusively. */
  after: string
  before?: string
  /** An expression for how many are taken. */
  limit: string
  /** The same as a number that is not less, which tells the planner how few rows are read. */
  maxRows: number
}

/** Each has an index by audience of its own. */
const kinds = {
  messages: "entries.kind = 'message'",
  changes: "entries.kind <> 'message'",
}

/** A query for the first ids of all entries of `ranges`. */
export function entryIds(options: MergeOptions): string {
  const { order, maxRows } = options
  return `
    SELECT id FROM (
      (${mergedIds('messages', options)}) UNION ALL (${mergedIds('changes', options)})
    ) AS found ORDER BY id ${order} LIMIT ${maxRows}`
}

/** A query for the first ids of the messages of `ranges`. */
export function messageIds(options: MergeOptions): string {
  return mergedIds('messages', options)
}

/**
 * Merges `ranges` in the order of the ids: the first of each range by the index, then of the nearest ranges
 * as many as are wanted of all. So it costs what there is to find, and a look into the index for each range,
 * whatever others said in between.
 *
 * `= ANY` with an order by the column and the id fits the index of audiences alone, whatever the
 * statistics say. With `=` the order would be that of the ids, and the planner might prefer to walk all
 * ids.
 */
function mergedIds(
  kind: keyof typeof kinds,
  { order, after, before, limit, maxRows }: MergeOptions,
): string {
  const bounds = [
    kinds[kind],
    `entries.id > greatest(low, ${after})`,
    before === undefined ? 'entries.id <= high' : `entries.id <= least(high, ${before} - 1)`,
  ].join(' AND ')
  const inRange = (rows: string) => `
    SELECT entries.id FROM entries
    WHERE entries.audience_id = ANY (ARRAY[audience, audience]) AND ${bounds}
    ORDER BY entries.audience_id ${order}, entries.id ${order} LIMIT ${rows}`
  return `
    SELECT id FROM (
      SELECT nearest.id FROM (
        SELECT ranges.*, first.id FROM ranges CROSS JOIN LATERAL (${inRange('1')}) AS first
        ORDER BY first.id ${order} LIMIT ${limit}
      ) AS near CROSS JOIN LATERAL (${inRange(limit)}) AS nearest
      ORDER BY nearest.id ${order} LIMIT ${limit}
    ) AS merged LIMIT ${maxRows}`
}
