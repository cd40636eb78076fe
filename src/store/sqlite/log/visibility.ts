/**
 * What `:viewer` may see, in SQL. A range is of one audience: `low` is before its first id, `high` its
 * last. A stay in a room is one range, and so is a direct conversation, in which both stay for ever.
 */

/** Whether they may read the row of `rooms`. */
export const mayReadRoom = `
  (rooms.deleted_id IS NULL AND (rooms.access = 'open' OR EXISTS (
     SELECT 1 FROM members AS now INDEXED BY members_rooms
     WHERE now.account_id = :viewer AND now.left_id IS NULL AND now.audience_id = rooms.audience_id
       AND now.joined_id > 0)))`

const stays = `
  SELECT audience_id, max(:low, joined_id - 1), coalesce(min(left_id, :high), :high), joined_id > 0
  FROM members`

/**
 * The ranges between `:low` and `:high` that a stream carries. A stay that has not ended is of a room
 * that they may read.
 */
export const carriedRanges = `
  SELECT 1, :low, :high, 0
  UNION ALL
  ${stays}
  WHERE account_id = :viewer
    AND (left_id IS NULL OR (left_id > :low AND EXISTS (
           SELECT 1 FROM rooms WHERE rooms.audience_id = members.audience_id AND ${mayReadRoom})))`

/** All of `:audience`, a room or a direct conversation. */
export const wholeAudience = 'SELECT :audience, :low, :high, 1'

/** The stays in `:audience`. */
export const staysInAudience = `${stays} WHERE account_id = :viewer AND audience_id = :audience`

/** The first `:count` ids of the messages of ranges. */
export function messageIds(ranges: string, order: 'ASC' | 'DESC'): string {
  return `WITH ${named(ranges)} ${mergedIds(isMessage, order)}`
}

/** The first ids of all entries of ranges: at most `:count` of messages, and as many of the others. */
export function entryIds(ranges: string): string {
  return `WITH ${named(ranges)}
    SELECT id FROM (${mergedIds(isMessage, 'ASC')})
    UNION ALL SELECT id FROM (${mergedIds(isOther, 'ASC')})`
}

const isMessage = ["found.kind = 'message'", 'entries_messages'] as const
const isOther = ["found.kind <> 'message'", 'entries_changes'] as const

const named = (ranges: string) => `ranges (audience, low, high, isRoom) AS MATERIALIZED (${ranges})`

/**
 * They are merged in the inner loop, which ends each range where it cannot add to them: so keep CROSS
 * JOIN, INDEXED BY, and the order by id alone.
 */
function mergedIds([only, index]: readonly [string, string], order: 'ASC' | 'DESC'): string {
  return `
    SELECT found.id FROM ranges
    CROSS JOIN entries AS found INDEXED BY ${index}
      ON found.audience_id = ranges.audience AND found.id > ranges.low AND found.id <= ranges.high
    WHERE ${only} ORDER BY found.id ${order} LIMIT :count`
}

/** The viewer's own joining and leaving, and the end of rooms they were in, whatever they may read. */
export const ownChanges = `
  SELECT joined_id AS id FROM members INDEXED BY members_rooms
  WHERE account_id = :viewer AND joined_id > 0 AND joined_id > :low
  UNION ALL
  SELECT left_id FROM members INDEXED BY members_rooms
  WHERE account_id = :viewer AND joined_id > 0 AND left_id > :low`

/** Whether they may see the message in the row of `entryTables`, on pages and by its id. */
export const mayReadMessage = `
  (entries.audience_id = 1
   OR (rooms.audience_id IS NULL AND (entries.actor_id = :viewer OR entries.target_id = :viewer))
   OR (rooms.audience_id IS NOT NULL AND ${mayReadRoom} AND (rooms.history = 'all' OR EXISTS (
         SELECT 1 FROM members AS stay
         WHERE stay.account_id = :viewer AND stay.audience_id = rooms.audience_id
           AND stay.joined_id <= entries.id AND (stay.left_id IS NULL OR stay.left_id >= entries.id)))))`
