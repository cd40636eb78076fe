import type { LogBounds } from '../../message-log.ts'
import type { Room, RoomRef } from '../../room.ts'
import type { EntryRow } from '../../rows.ts'
import { MAX_SCAN_BYTES } from '../../scan-limits.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'

/** A row of `entryColumns` from `entries` and `entryJoins`. */
export interface EntryAndRoomRow extends EntryRow {
  /** Null unless the entry's audience is a room. */
  room: Room | RoomRef | null
}

/** The usernames of an array of ids, in their order, as JSON; null for none. */
function namesOf(accounts: string): string {
  return `CASE WHEN ${accounts} IS NOT NULL THEN obrol_names(${accounts}) END`
}

/** What every query for entries selects, from `entries` and `entryJoins`. */
export const entryColumns = `
  entries.id, entries.kind, entries.text, entries.sent_at AS "sentAt",
  entries.actor_id AS "actorId", actor.username AS actor,
  entries.target_id AS "targetId", target.username AS target, place.room,
  entries.ref_id AS "replyTo", entries.metadata, ${namesOf('entries.mentions')} AS mentions,
  entries.edited_at AS "editedAt", coalesce(entries.deleted_at, place.deleted_at) AS "deletedAt"`

/**
 * The reactions to `entries` as JSON; null for none.
 *
 * @param viewer an expression for an account
 */
export function reactionsTo(viewer: string): string {
  return `(
    SELECT json_agg(json_build_object('emoji', emoji, 'count', count, 'me', me, 'by', ${namesOf('people[:20]')})
      ORDER BY first_id)
    FROM (
      SELECT emoji, count(*) AS count, bool_or(account_id = ${viewer}) AS me, min(entry_id) AS first_id,
        array_agg(account_id ORDER BY entry_id) AS people
      FROM reactions WHERE message_id = entries.id GROUP BY emoji
    ) AS with_emoji)`
}

/** Whether an entry of `entries` is a change of a message. */
export const isMessageChange =
  "entries.kind IN ('edited', 'deleted', 'reaction-added', 'reaction-removed')"

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

/** Whether a stay of an account in an audience, of which both are expressions, covers an entry. */
export function wasMember(account: string, audience: string, id: string): string {
  return `(
    SELECT true FROM members
    WHERE members.account_id = ${account} AND members.audience_id = ${audience}
      AND joined_id <= ${id} AND (left_id IS NULL OR left_id >= ${id})
    ORDER BY joined_id DESC LIMIT 1)`
}

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
      : `CASE WHEN entries.kind <> 'message' AND NOT ${isMessageChange} AND ${mayReadRoom(viewer)}
           THEN ${roomJson} ELSE ${roomRefJson} END`
  return `
    CROSS JOIN LATERAL (
      SELECT username FROM accounts WHERE accounts.id = entries.actor_id LIMIT 1) AS actor
    LEFT JOIN LATERAL (
      SELECT username FROM accounts
      WHERE accounts.id = entries.target_id AND entries.target_id IS NOT NULL LIMIT 1) AS target
    ON true
    LEFT JOIN LATERAL (
      SELECT ${room} AS room,
        CASE WHEN rooms.deleted_id IS NOT NULL THEN obrol_sent_at(rooms.deleted_id) END AS deleted_at
      FROM rooms WHERE rooms.audience_id = entries.audience_id AND ${isInRoom} LIMIT 1) AS place
    ON true`
}

/** A row of `withBounds`; without any entries there is one row, whose `id` is null. */
export type BoundsAndEntryRow = BoundsRow & EntryAndRoomRow

/**
 * A query for the log's bounds and for entries, in one snapshot.
 *
 * @param entries what stands in its FROM clause, with the alias `entries`
 */
export function withBounds(
  entries: string,
  options: {
    order?: 'ASC' | 'DESC'
    /** See `entryJoins`. */
    viewer?: string
    /** Besides those of every query. */
    columns: string
  },
): string {
  const { order = 'ASC', viewer, columns } = options
  return `
    SELECT bounds.*, found.* FROM (SELECT ${boundsColumns}) AS bounds LEFT JOIN (
      SELECT ${entryColumns}, ${columns} FROM ${entries} ${entryJoins(viewer)}
    ) AS found ON true ORDER BY found.id ${order}`
}

/** Takes apart what a query of `withBounds` returned. */
export function splitBounds<Row extends BoundsAndEntryRow>(
  rows: readonly Row[],
): { bounds: LogBounds; found: Row[] } {
  return {
    bounds: toLogBounds(rows[0] as Row),
    found: rows.filter(({ id }) => id !== null),
  }
}

/** What an entry of `entries` counts against `MAX_SCAN_BYTES`. */
export const textBytes = `(
  octet_length(entries.text) + coalesce(octet_length(entries.metadata), 0)
  + CASE WHEN entries.kind = 'edited' THEN obrol_message_bytes(entries.ref_id) ELSE 0 END)`

/**
 * The first of some entries, up to `MAX_SCAN_BYTES`, each with the id of the `next`.
 *
 * @param rows the name of a query of entries
 */
export function limitBytes(rows: string): string {
  return `(
    SELECT * FROM (
      SELECT *, sum(bytes) OVER (ORDER BY id) AS up_to_here, row_number() OVER (ORDER BY id) AS nth,
        lead(id) OVER (ORDER BY id) AS next
      FROM (SELECT *, ${textBytes} AS bytes FROM ${rows} AS entries) AS sized
    ) AS measured WHERE up_to_here <= ${MAX_SCAN_BYTES} OR nth = 1) AS entries`
}

/** A row of `withBounds(limitBytes(…), { columns: 'entries.next' })`. */
export type ScannedRow = BoundsAndEntryRow & { next: number | null }

/**
 * How far rows of `limitBytes` reach.
 *
 * @param maxRows the LIMIT of the query: after that many rows, more may follow below `upTo`
 */
export function scannedTo(rows: readonly ScannedRow[], upTo: number, maxRows: number): number {
  const last = rows.at(-1)
  if (last?.next) return last.next - 1
  return last && rows.length === maxRows ? last.id : upTo
}
