import type { Entry } from '../../message-log.ts'
import type { Room, RoomRef } from '../../room.ts'
import {
  type ChangedMessage,
  type EntryRow,
  isChange,
  type MessageRow,
  toEntry,
} from '../../rows.ts'
import { parseNumberArray } from '../connection.ts'
import { isMember, isMessageChange, roomJson, roomRefJson } from './entry-query.ts'

/**
 * Entries as a list for each column, with each username and each room once. A JSON row for each entry,
 * with its usernames, would take PostgreSQL twice as long.
 */
export interface ColumnarEntries {
  ids: string
  kinds: Entry['kind'][]
  texts: string[]
  sentAts: string
  actors: string
  /** 0 for none, as for `roomIds`. */
  targets: string
  roomIds: string
  people: string
  names: string[]
  /** Of a deleted room, and where there are only messages and changes of them, no more than its name. */
  rooms: (Room | RoomRef)[]
  /** When rooms were deleted: of what was said in them nothing is told. */
  deletions: { room: number; at: number }[]
  /** What is null of most messages, by their ids. */
  extras: Record<
    string,
    Pick<MessageRow, 'replyTo' | 'metadata' | 'mentions' | 'editedAt' | 'deletedAt'>
  >
  /** Of changes of messages, by the ids of the changes. Those of trimmed messages are not there. */
  messageChanges: Record<string, ChangedMessage>
  /** Who was a member at a change and may not see the message, by the ids of the changes. */
  unseen: Record<string, number[]>
  /** Stays in private rooms that ended, of accounts that are members no more. */
  leavers: { room: number; account: number; joined: number; left: number }[]
}

/** What few entries have is asked for where there are such. */
const ofSome = (ids: string, call: string) => `CASE WHEN ${ids} IS NULL THEN '{}' ELSE ${call} END`

export const columnNames = `
  ids, kinds, texts, "sentAts", actors, targets, "roomIds", people, names, rooms, deletions, leavers,
  ${ofSome('with_extras', 'obrol_extras(with_extras)')} AS extras,
  ${ofSome('changed', 'obrol_message_changes(changed, NULL)')} AS "messageChanges",
  ${ofSome('changed', 'obrol_unseen(changed)')} AS unseen`

/** What follows FROM where `columnNames` are selected. */
export const columnSources = 'columns, named, places, leavers'

/**
 * Queries of a WITH clause, each of one row, for `columnNames`. They read `batch`, which has entries and
 * whether each is `in_room`.
 */
export const columnarEntries = `
  columns AS (
    SELECT coalesce(array_agg(id), '{}') AS ids,
      coalesce(json_agg(kind), '[]') AS kinds,
      coalesce(json_agg(text), '[]') AS texts,
      coalesce(array_agg(sent_at), '{}') AS "sentAts",
      coalesce(array_agg(actor_id), '{}') AS actors,
      coalesce(array_agg(coalesce(target_id, 0)), '{}') AS targets,
      coalesce(array_agg(CASE WHEN in_room THEN audience_id ELSE 0 END), '{}') AS "roomIds",
      array_agg(id) FILTER (WHERE ${isMessageChange}) AS changed,
      array_agg(id) FILTER (
        WHERE kind = 'message'
          AND coalesce(ref_id, edited_at, deleted_at, octet_length(metadata), mentions[1]) IS NOT NULL
      ) AS with_extras
    FROM batch AS entries
  ),
  named AS (
    SELECT coalesce(array_agg(id), '{}') AS people, coalesce(json_agg(username), '[]') AS names
    FROM (
      SELECT actor_id AS person FROM batch
      UNION SELECT target_id FROM batch WHERE target_id IS NOT NULL
    ) AS those
    CROSS JOIN LATERAL (
      SELECT id, username FROM accounts WHERE accounts.id = person LIMIT 1
    ) AS account
  ),
  rooms_of_batch AS MATERIALIZED (
    SELECT rooms.*, tells_room, tells_now, first_id FROM (
      SELECT audience_id AS room, min(id) AS first_id,
        bool_or(kind <> 'message' AND NOT ${isMessageChange}) AS tells_room,
        bool_or(kind <> 'message' OR edited_at IS NOT NULL) AS tells_now
      FROM batch AS entries WHERE in_room GROUP BY audience_id
    ) AS those
    CROSS JOIN LATERAL (SELECT * FROM rooms WHERE rooms.audience_id = room LIMIT 1) AS rooms
  ),
  places AS (
    SELECT coalesce(json_agg(
      CASE WHEN tells_room AND deleted_id IS NULL THEN ${roomJson} ELSE ${roomRefJson} END), '[]') AS rooms,
      coalesce(json_agg(json_build_object('room', audience_id, 'at', obrol_sent_at(deleted_id)))
        FILTER (WHERE deleted_id IS NOT NULL), '[]') AS deletions
    FROM rooms_of_batch AS rooms
  ),
  leavers AS (
    SELECT coalesce(json_agg(json_build_object(
      'room', stays.audience_id, 'account', account_id, 'joined', joined_id, 'left', left_id)), '[]')
      AS leavers
    FROM (
      SELECT array_agg(audience_id) AS ids, min(first_id) AS first_id FROM rooms_of_batch
      WHERE tells_now AND access = 'private' AND deleted_id IS NULL
    ) AS hidden
    CROSS JOIN LATERAL (
      SELECT * FROM members
      WHERE left_id IS NOT NULL AND left_id >= first_id AND members.audience_id = ANY (ids)
      ORDER BY left_id
    ) AS stays
    WHERE NOT ${isMember('stays.account_id', 'stays.audience_id')}
  )`

export function toEntries(columnar: ColumnarEntries): Entry[] {
  const { kinds, texts, names, rooms, extras, messageChanges } = columnar
  const [ids, sentAts, actors, targets, roomIds, people] = (
    ['ids', 'sentAts', 'actors', 'targets', 'roomIds', 'people'] as const
  ).map((column) => parseNumberArray(columnar[column])) as [
    number[],
    number[],
    number[],
    number[],
    number[],
    number[],
  ]
  const usernameById = new Map(people.map((person, at) => [person, names[at] as string]))
  const roomById = new Map(rooms.map((room) => [room.id, room]))
  const deletedAtByRoom = new Map(columnar.deletions.map(({ room, at }) => [room, at]))
  return ids.map((id, at) => {
    const [actorId, targetId] = [actors[at] as number, targets[at] as number]
    const roomId = roomIds[at] as number
    const row: EntryRow = {
      id,
      kind: kinds[at] as Entry['kind'],
      text: texts[at] as string,
      sentAt: sentAts[at] as number,
      actorId,
      actor: usernameById.get(actorId) as string,
      targetId: targetId === 0 ? null : targetId,
      target: usernameById.get(targetId) ?? null,
      ...extras[id],
    }
    const told = withDeletions({ ...row, ...messageChanges[id] }, deletedAtByRoom.get(roomId))
    const entry = toEntry(told, roomById.get(roomId) ?? null)
    return withHidden(entry, roomId, columnar)
  })
}

/**
 * Nothing is told of a message whose room was deleted, nor of a change of a message that was trimmed.
 * They keep their place in the log, as tombstones and as edits of such, which are passed over.
 */
function withDeletions(row: EntryRow, roomDeletedAt: number | undefined): EntryRow {
  if (row.kind === 'message') {
    return roomDeletedAt === undefined ? row : { ...row, deletedAt: row.deletedAt ?? roomDeletedAt }
  }
  if (!isChange(row.kind)) return row
  const { message } = row
  if (message && roomDeletedAt === undefined) return row
  const { message: _, count, ...gone } = row
  const deletedAt = roomDeletedAt ?? row.sentAt
  return { ...row, kind: 'edited', message: { ...gone, ...message, deletedAt } }
}

/** See `RoomEntry.hiddenFrom`. */
function withHidden(entry: Entry, room: number, { leavers, unseen }: ColumnarEntries): Entry {
  if (entry.kind === 'message' && (entry.editedAt === undefined || leavers.length === 0))
    return entry
  const { id } = entry
  // Who leaves is told that, and no more.
  const except = entry.kind === 'left' ? entry.member.id : 0
  const hiddenFrom = leavers
    .filter((stay) => stay.room === room && stay.joined <= id && id <= stay.left)
    .map(({ account }) => account)
    .filter((account) => account !== except)
  return { ...entry, hiddenFrom: [...new Set([...hiddenFrom, ...(unseen[id] ?? [])])] }
}
