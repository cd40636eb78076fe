import type { Entry } from '../../message-log.ts'
import type { Room, RoomRef } from '../../room.ts'
import { toEntry } from '../../rows.ts'
import { parseNumberArray } from '../connection.ts'
import { isMember, roomJson, roomRefJson } from './entry-query.ts'

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
  /** Of a deleted room, and where there are only messages of it, no more than its name. */
  rooms: (Room | RoomRef)[]
  /** Stays in private rooms that ended, of accounts that are members no more. */
  leavers: { room: number; account: number; joined: number; left: number }[]
}

export const columnNames =
  'ids, kinds, texts, "sentAts", actors, targets, "roomIds", people, names, rooms, leavers'

/**
 * Queries of a WITH clause, each of one row, for `columnNames`: `columns, named, places, leavers`. They
 * read `batch`, which has entries and whether each is `in_room`.
 */
export const columnarEntries = `
  columns AS (
    SELECT coalesce(array_agg(id), '{}') AS ids,
      coalesce(json_agg(kind), '[]') AS kinds,
      coalesce(json_agg(text), '[]') AS texts,
      coalesce(array_agg(sent_at), '{}') AS "sentAts",
      coalesce(array_agg(actor_id), '{}') AS actors,
      coalesce(array_agg(coalesce(target_id, 0)), '{}') AS targets,
      coalesce(array_agg(CASE WHEN in_room THEN audience_id ELSE 0 END), '{}') AS "roomIds"
    FROM batch
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
    SELECT rooms.*, changes, first_id FROM (
      SELECT audience_id AS room, bool_or(kind <> 'message') AS changes, min(id) AS first_id
      FROM batch WHERE in_room GROUP BY audience_id
    ) AS those
    CROSS JOIN LATERAL (SELECT * FROM rooms WHERE rooms.audience_id = room LIMIT 1) AS rooms
  ),
  places AS (
    SELECT coalesce(json_agg(
      CASE WHEN changes AND deleted_id IS NULL THEN ${roomJson} ELSE ${roomRefJson} END), '[]') AS rooms
    FROM rooms_of_batch AS rooms
  ),
  leavers AS (
    SELECT coalesce(json_agg(json_build_object(
      'room', stays.audience_id, 'account', account_id, 'joined', joined_id, 'left', left_id)), '[]')
      AS leavers
    FROM (
      SELECT array_agg(audience_id) AS ids, min(first_id) AS first_id FROM rooms_of_batch
      WHERE changes AND access = 'private' AND deleted_id IS NULL
    ) AS hidden
    CROSS JOIN LATERAL (
      SELECT * FROM members
      WHERE left_id IS NOT NULL AND left_id >= first_id AND members.audience_id = ANY (ids)
      ORDER BY left_id
    ) AS stays
    WHERE NOT ${isMember('stays.account_id', 'stays.audience_id')}
  )`

export function toEntries(columnar: ColumnarEntries): Entry[] {
  const { kinds, texts, names, rooms, leavers } = columnar
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
  return ids.map((id, at) => {
    const [actorId, targetId] = [actors[at] as number, targets[at] as number]
    const kind = kinds[at] as Entry['kind']
    const room = roomById.get(roomIds[at] as number) ?? null
    const entry = toEntry(
      {
        id,
        kind,
        text: texts[at] as string,
        sentAt: sentAts[at] as number,
        actorId,
        actor: usernameById.get(actorId) as string,
        targetId: targetId === 0 ? null : targetId,
        target: usernameById.get(targetId) ?? null,
      },
      room,
    )
    if (entry.kind === 'message' || leavers.length === 0) return entry
    // Who leaves is told that, and no more.
    const except = entry.kind === 'left' ? targetId : 0
    return { ...entry, hiddenFrom: hiddenFrom(id, (room as RoomRef).id, except, leavers) }
  })
}

/** See `RoomEntry.hiddenFrom`. */
function hiddenFrom(
  id: number,
  room: number,
  except: number,
  leavers: ColumnarEntries['leavers'],
): number[] {
  return leavers
    .filter((stay) => stay.room === room && stay.joined <= id && id <= stay.left)
    .map(({ account }) => account)
    .filter((account) => account !== except)
}
