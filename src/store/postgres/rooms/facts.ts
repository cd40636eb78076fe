import type { Draft, Entry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { Room, RoomRole } from '../../room.ts'
import type { RoomFacts } from '../../room-rules.ts'
import type { RoomCommand } from '../../room-store.ts'
import type { Sql } from '../connection.ts'
import { roomJson } from '../log/entry-query.ts'

/** Lists of a room's members, in which they are looked up as in `members_of_room` of 0006-rooms.sql. */
const othersInRoom = `
  members.audience_id = (SELECT audience_id FROM place)
  AND left_id IS NULL AND joined_id > 0
  AND account_id IS DISTINCT FROM (SELECT id FROM target)`

const longest = (role: RoomRole) => `(
  SELECT account_id FROM members WHERE ${othersInRoom} AND role = '${role}'
  ORDER BY joined_id LIMIT 1)`

/** The last stay of an account in the room. */
const stayOf = (who: 'caller' | 'target') => `(
  SELECT CASE WHEN left_id IS NULL THEN role END FROM ${who}, place CROSS JOIN LATERAL (
    SELECT role, left_id FROM members
    WHERE members.account_id = ${who}.id AND members.audience_id = place.audience_id
    ORDER BY joined_id DESC LIMIT 1
  ) AS last)`

const isBanned = (who: 'caller' | 'target') => `EXISTS (
  SELECT FROM ${who}, place CROSS JOIN LATERAL (
    SELECT FROM room_bans
    WHERE room_bans.audience_id = place.audience_id AND room_bans.account_id = ${who}.id LIMIT 1
  ) AS ban)`

/** `RoomFacts`, from `caller`, `target` and `place`. */
const factColumns = `
  ${stayOf('caller')} AS "callerRole",
  ${isBanned('caller')} AS "callerIsBanned",
  (SELECT json_build_object('id', id, 'username', username) FROM target) AS target,
  ${stayOf('target')} AS "targetRole",
  ${isBanned('target')} AS "targetIsBanned",
  EXISTS (
    SELECT FROM caller, target CROSS JOIN LATERAL (
      SELECT FROM blocks
      WHERE blocks.account_id = target.id AND blocks.blocked_id = caller.id LIMIT 1
    ) AS block) AS "callerIsBlocked",
  coalesce((
    SELECT left_id IS NOT NULL FROM target, place CROSS JOIN LATERAL (
      SELECT left_id FROM members
      WHERE members.account_id = target.id AND members.audience_id = place.audience_id
      ORDER BY joined_id LIMIT 1
    ) AS first
  ), false) AS "targetHasLeft",
  (SELECT count(*) FROM members WHERE ${othersInRoom} AND role = 'owner') AS "otherOwners",
  (
    SELECT json_build_object('id', id, 'username', username) FROM accounts
    WHERE id = (SELECT coalesce(${longest('moderator')}, ${longest('member')})) LIMIT 1
  ) AS successor,
  (
    SELECT count(*) FROM members
    WHERE account_id = coalesce((SELECT id FROM target), (SELECT id FROM caller))
      AND left_id IS NULL AND joined_id > 0 AND joined_by = account_id
  ) AS "joinedRooms"`

/** Nothing is null here that is undefined in `RoomFacts`, but after `toFacts`. */
export type FactsRow = {
  [Name in Exclude<keyof RoomFacts, 'caller' | 'room'>]: RoomFacts[Name] | null
} & {
  /** Null where the session has ended. */
  caller: Person | null
  /** What the idempotency key was used for. */
  known: { digest: string; audience: number; kind: Entry['kind'] } | null
  room: Room | null
}

/** Reads what a command needs to know, in one statement. */
export function selectFacts(
  sql: Sql,
  session: number,
  command: RoomCommand,
  idempotency: Draft['idempotency'],
) {
  const made = command.kind === 'create' ? command.room : undefined
  const room = command.kind === 'create' ? command.room.key : command.room
  const user = 'user' in command ? command.user : null
  const key = idempotency?.key ?? null
  return sql<FactsRow[]>`
    WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
    caller AS MATERIALIZED (
      SELECT people.id, people.username FROM clock CROSS JOIN LATERAL (
        SELECT account_id FROM sessions WHERE id = ${session}::bigint AND expires_at > now LIMIT 1
      ) AS session CROSS JOIN LATERAL (
        SELECT id, username FROM accounts WHERE accounts.id = session.account_id LIMIT 1
      ) AS people
    ),
    known AS MATERIALIZED (
      SELECT kept.digest, entry.audience_id AS audience, entry.kind
      FROM caller, clock CROSS JOIN LATERAL (
        SELECT entry_id, digest FROM idempotency_keys
        WHERE account_id = caller.id AND key = ${key} AND ${key}::text IS NOT NULL LIMIT 1
      ) AS kept CROSS JOIN LATERAL (
        SELECT audience_id, kind FROM entries
        WHERE entries.id = kept.entry_id AND sent_at >= now - 86400000 LIMIT 1
      ) AS entry
    ),
    place AS MATERIALIZED (SELECT * FROM rooms WHERE key = ${room} LIMIT 1),
    target AS MATERIALIZED (
      SELECT id, username FROM accounts WHERE key = ${user} AND ${user}::text IS NOT NULL LIMIT 1
    )
    SELECT (SELECT to_json(caller) FROM caller) AS caller, (SELECT to_json(known) FROM known) AS known,
      (SELECT ${sql.unsafe(roomJson)} FROM place AS rooms) AS room,
      ${sql.unsafe(factColumns)},
      EXISTS (SELECT FROM place) OR EXISTS (
        SELECT FROM jsonb_array_elements_text(${sql.json(made?.skeletons ?? [])}) AS wanted
        CROSS JOIN LATERAL (
          SELECT FROM room_skeletons WHERE room_skeletons.skeleton = wanted COLLATE "C" LIMIT 1
        ) AS taken
      ) AS "nameIsTaken"`
}

export function toFacts({ known, ...row }: FactsRow): RoomFacts {
  const entries = Object.entries(row).map(([name, value]) => [name, value ?? undefined])
  return Object.fromEntries(entries) as RoomFacts
}
