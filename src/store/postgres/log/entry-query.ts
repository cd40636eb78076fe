import type { LogBounds } from '../../message-log.ts'
import type { Room, RoomRef } from '../../room.ts'
import type { EntryRow } from '../../rows.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'

/** A row of `entryColumns` from `entries` and `entryJoins`. */
export interface EntryAndRoomRow extends EntryRow {
  /** Null unless the entry's audience is a room. */
  room: Room | RoomRef | null
}

/** What every query for entries selects, from `entries` and `entryJoins`. */
export const entryColumns = `
  entries.id, entries.kind, entries.text, entries.sent_at AS "sentAt",
  entries.actor_id AS "actorId", actor.username AS actor,
  entries.target_id AS "targetId", target.username AS target, place.room`

/** A room as JSON, from `rooms`. */
export const roomJson = `json_build_object(
  'id', rooms.audience_id, 'name', rooms.name, 'title', rooms.title, 'topic', rooms.topic,
  'access', rooms.access, 'history', rooms.history, 'archived', rooms.archived,
  'createdAt', rooms.created_at, 'memberCount', rooms.member_count)`

/** A room of which no more is told, as JSON. */
export const roomRefJson = `json_build_object('id', rooms.audience_id, 'name', rooms.name)`

/**
 * Whether an account is a member of an audience. Of its stays the last is looked up, for which only the
 * primary key serves.
 *
 * @param account an expression, as is `audience`
 */
export function isMember(account: string, audience: string): string {
  return `(
    SELECT left_id IS NULL FROM members
    WHERE members.account_id = ${account} AND members.audience_id = ${audience}
    ORDER BY joined_id DESC LIMIT 1)`
}

/** Whether an account may read a room of `rooms`, as `mayRead` in `room-rules.ts` says. */
export function mayReadRoom(account: string): string {
  return `(rooms.deleted_id IS NULL AND (
    rooms.access = 'open' OR coalesce(${isMember(account, 'rooms.audience_id')}, false)))`
}

/** Only of a message to two people the target is a recipient. Everyone is the audience 1. */
export const isInRoom = `
  entries.audience_id <> 1 AND (entries.kind <> 'message' OR entries.target_id IS NULL)`

/**
 * Follows `entries` in a FROM clause, and adds the names. Each row looks up its own: the planner may
 * turn a join into a scan of all accounts, depending on the statistics. Where there is nothing to look
 * up, nothing is, as in the migration 0003.
 *
 * @param viewer an expression for the account to which the state of rooms is told; undefined where there
 *   are only messages, which tell none
 */
export function entryJoins(viewer?: string): string {
  const room =
    viewer === undefined
      ? roomRefJson
      : `CASE WHEN entries.kind <> 'message' AND ${mayReadRoom(viewer)}
           THEN ${roomJson} ELSE ${roomRefJson} END`
  return `
    CROSS JOIN LATERAL (
      SELECT username FROM accounts WHERE accounts.id = entries.actor_id LIMIT 1) AS actor
    LEFT JOIN LATERAL (
      SELECT username FROM accounts
      WHERE accounts.id = entries.target_id AND entries.target_id IS NOT NULL LIMIT 1) AS target
    ON true
    LEFT JOIN LATERAL (
      SELECT ${room} AS room FROM rooms
      WHERE rooms.audience_id = entries.audience_id AND ${isInRoom} LIMIT 1) AS place
    ON true`
}

/** A row of `withBounds`; without any entries there is one row, whose `id` is null. */
export type BoundsAndEntryRow = BoundsRow & EntryAndRoomRow

/**
 * A query for the log's bounds and for entries, in one snapshot.
 *
 * @param entries what stands in its FROM clause, with the alias `entries`
 * @param viewer see `entryJoins`
 */
export function withBounds(
  entries: string,
  { order = 'ASC', viewer }: { order?: 'ASC' | 'DESC'; viewer?: string } = {},
): string {
  return `
    SELECT bounds.*, found.* FROM (SELECT ${boundsColumns}) AS bounds LEFT JOIN (
      SELECT ${entryColumns} FROM ${entries} ${entryJoins(viewer)}
    ) AS found ON true ORDER BY found.id ${order}`
}

/** Takes apart what a query of `withBounds` returned. */
export function splitBounds(rows: readonly BoundsAndEntryRow[]): {
  bounds: LogBounds
  found: EntryAndRoomRow[]
} {
  return {
    bounds: toLogBounds(rows[0] as BoundsAndEntryRow),
    found: rows.filter(({ id }) => id !== null),
  }
}

/**
 * The first of some entries, up to a limit of text. The one that exceeds the limit is included: see
 * `takeEntries`.
 *
 * @param rows the name of a query of entries
 * @param limit a condition on the bytes of text before an entry, such as `<= 262144`
 */
export function limitBytes(rows: string, limit: string): string {
  return `(
    SELECT * FROM (
      SELECT *, sum(octet_length(text)) OVER (ORDER BY id) - octet_length(text) AS before FROM ${rows}
    ) AS measured WHERE before ${limit}) AS entries`
}
