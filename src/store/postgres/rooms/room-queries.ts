import type { Person } from '../../person.ts'
import type { Room, RoomBan, RoomMember, RoomRole, RoomView } from '../../room.ts'
import type { KeyRange, RoomQuery } from '../../room-store.ts'
import type { Sql } from '../connection.ts'
import { mayReadRoom, roomJson } from '../log/entry-query.ts'
import type { Pool } from '../pool.ts'

/** A room and someone's part in it, from `rooms` and `stayOf`. */
const viewColumns = `${roomJson} AS room, stay.role, stay.joined_at AS "joinedAt"`

export interface ViewRow {
  room: Room
  role: RoomRole | null
  joinedAt: number | null
}

/**
 * Follows `rooms` in a FROM clause: an account's membership as `stay`.
 *
 * @param account an expression
 */
function stayOf(account: string): string {
  return `LEFT JOIN LATERAL (
    SELECT role, joined_at FROM (
      SELECT role, joined_at, left_id FROM members
      WHERE members.account_id = ${account} AND members.audience_id = rooms.audience_id
      ORDER BY joined_id DESC LIMIT 1
    ) AS last WHERE left_id IS NULL
  ) AS stay ON true`
}

/** Of the viewer $1, the room with the key $2. */
const viewQuery = `
  SELECT ${viewColumns} FROM rooms ${stayOf('$1::bigint')}
  WHERE rooms.key = $2 AND (rooms.access = 'open' OR stay.role IS NOT NULL)`

/** What commands left of a room. */
export interface ChangedRoomRow extends ViewRow {
  mayRead: boolean
  member: Pick<RoomMember, 'role' | 'joinedAt'> | null
}

/** Rooms as they are for who changed them, in the order of the changes. */
export function selectChangedRooms(
  sql: Sql,
  changed: readonly {
    caller: Person
    audience: number | undefined
    /** Where there is no audience. */
    key: string | undefined
    member: Person | undefined
  }[],
) {
  const list = changed.map(({ caller, audience, key, member }) => {
    return { viewer: caller.id, audience, key, member: member?.id }
  })
  return sql<ChangedRoomRow[]>`
    SELECT ${sql.unsafe(viewColumns)},
      rooms.deleted_id IS NULL AND (rooms.access = 'open' OR stay.role IS NOT NULL) AS "mayRead",
      (
        SELECT json_build_object('role', role, 'joinedAt', joined_at) FROM (
          SELECT role, joined_at, left_id FROM members
          WHERE members.account_id = changed.member AND members.audience_id = rooms.audience_id
          ORDER BY joined_id DESC LIMIT 1
        ) AS last WHERE left_id IS NULL
      ) AS member
    FROM ROWS FROM (jsonb_to_recordset(${sql.json(list as never)}) AS (
      viewer bigint, audience bigint, key text, member bigint
    )) WITH ORDINALITY AS changed (viewer, audience, key, member, n)
    CROSS JOIN LATERAL (
      SELECT * FROM rooms WHERE rooms.audience_id = coalesce(changed.audience, (
        SELECT audience_id FROM rooms WHERE rooms.key = changed.key LIMIT 1)) LIMIT 1
    ) AS rooms
    ${sql.unsafe(stayOf('changed.viewer'))}
    ORDER BY changed.n`
}

export function toView({ room, role, joinedAt }: ViewRow): RoomView {
  return { room, membership: role === null ? null : { role, joinedAt: joinedAt as number } }
}

export async function findRoom(
  pool: Pool,
  viewer: number,
  room: string,
): Promise<RoomView | undefined> {
  const [row] = await pool.read((sql) =>
    sql.unsafe<ViewRow[]>(viewQuery, [viewer, room], { prepare: true }),
  )
  return row && toView(row)
}

/** No code point comes after it. */
const LAST = 'chr(1114111)'

/** Of the viewer $1: rooms after the key $2, of the number $3, that begin with $4. */
function listQuery({ joined, prefixed }: { joined: boolean; prefixed: boolean }): string {
  const begins = (column: string) =>
    `${column} >= lower($4) COLLATE "C" AND ${column} < lower($4) || ${LAST} COLLATE "C"`
  const title = '(lower(rooms.title) COLLATE "C")'
  const matches = prefixed ? `(${begins('rooms.key')} OR ${begins(title)})` : 'true'
  const isOpen = "rooms.access = 'open' AND rooms.key IS NOT NULL AND rooms.key > $2"
  const open = `
    UNION (
      SELECT audience_id FROM rooms WHERE ${isOpen} ${prefixed ? `AND ${begins('rooms.key')}` : ''}
      ORDER BY key LIMIT $3)`
  const openByTitle = 'UNION (SELECT audience_id FROM titled ORDER BY key LIMIT $3)'
  const titled = `
    titled AS MATERIALIZED (
      SELECT audience_id, key FROM rooms WHERE ${isOpen} AND ${begins(title)}
    ),`
  return `
    WITH ${prefixed && !joined ? titled : ''}
    found AS (
      SELECT rooms.audience_id FROM (
        SELECT audience_id FROM members
        WHERE account_id = $1::bigint AND left_id IS NULL AND joined_id > 0
      ) AS own CROSS JOIN LATERAL (
        SELECT audience_id FROM rooms
        WHERE rooms.audience_id = own.audience_id AND rooms.key > $2 AND ${matches} LIMIT 1
      ) AS rooms
      ${joined ? '' : open} ${prefixed && !joined ? openByTitle : ''}
    )
    SELECT ${viewColumns} FROM found CROSS JOIN LATERAL (
      SELECT * FROM rooms WHERE rooms.audience_id = found.audience_id LIMIT 1
    ) AS rooms ${stayOf('$1::bigint')}
    ORDER BY rooms.key LIMIT $3`
}

const listQueries = {
  all: [
    { joined: false, prefixed: false },
    { joined: false, prefixed: true },
  ].map(listQuery),
  joined: [
    { joined: true, prefixed: false },
    { joined: true, prefixed: true },
  ].map(listQuery),
}

export async function listRooms(
  pool: Pool,
  viewer: number,
  { after, limit, joined, prefix }: RoomQuery,
): Promise<{ rooms: RoomView[]; more: boolean }> {
  const [plain, prefixed] = (joined ? listQueries.joined : listQueries.all) as [string, string]
  const parameters = [viewer, after ?? '', limit + 1]
  const rows = await pool.read((sql) =>
    prefix
      ? sql.unsafe<ViewRow[]>(prefixed, [...parameters, prefix], { prepare: true })
      : sql.unsafe<ViewRow[]>(plain, parameters, { prepare: true }),
  )
  return { rooms: rows.slice(0, limit).map(toView), more: rows.length > limit }
}

/** Of the viewer $1, the room with the key $2: members after the username key $3, of the number $4. */
const membersQuery = `
  SELECT rooms.member_count AS count, found.* FROM (
    SELECT audience_id, member_count FROM rooms
    WHERE rooms.key = $2 AND ${mayReadRoom('$1::bigint')} LIMIT 1
  ) AS rooms LEFT JOIN LATERAL (
    SELECT people.id, people.username, stays.role, stays.joined_at AS "joinedAt", people.key
    FROM (
      SELECT account_id, role, joined_at FROM members
      WHERE members.audience_id = rooms.audience_id AND left_id IS NULL AND joined_id > 0
    ) AS stays CROSS JOIN LATERAL (
      SELECT id, username, key FROM accounts
      WHERE accounts.id = stays.account_id AND accounts.key > $3 LIMIT 1
    ) AS people
    ORDER BY people.key LIMIT $4
  ) AS found ON true
  ORDER BY found.key`

type MemberRow = { count: number } & Person & Omit<RoomMember, 'person'>

export async function listMembers(
  pool: Pool,
  viewer: number,
  room: string,
  { after, limit }: KeyRange,
): Promise<{ members: RoomMember[]; count: number; more: boolean } | undefined> {
  const rows = await pool.read((sql) =>
    sql.unsafe<MemberRow[]>(membersQuery, [viewer, room, after ?? '', limit + 1], {
      prepare: true,
    }),
  )
  if (rows[0] === undefined) return undefined
  const found = rows.filter(({ id }) => id !== null)
  const members = found.slice(0, limit).map(({ id, username, role, joinedAt }) => ({
    person: { id, username },
    role,
    joinedAt,
  }))
  return { members, count: rows[0].count, more: found.length > limit }
}

/** As `membersQuery`. */
const bansQuery = `
  SELECT rooms.role, found.* FROM (
    SELECT audience_id, stay.role FROM rooms ${stayOf('$1::bigint')}
    WHERE rooms.key = $2 AND (rooms.access = 'open' OR stay.role IS NOT NULL) LIMIT 1
  ) AS rooms LEFT JOIN LATERAL (
    SELECT people.id, people.username, bans.by_id AS "byId", actors.username AS by, bans.at, people.key
    FROM (
      SELECT account_id, by_id, at FROM room_bans
      WHERE room_bans.audience_id = rooms.audience_id AND rooms.role IN ('moderator', 'owner')
    ) AS bans CROSS JOIN LATERAL (
      SELECT id, username, key FROM accounts
      WHERE accounts.id = bans.account_id AND accounts.key > $3 LIMIT 1
    ) AS people CROSS JOIN LATERAL (
      SELECT username FROM accounts WHERE accounts.id = bans.by_id LIMIT 1
    ) AS actors
    ORDER BY people.key LIMIT $4
  ) AS found ON true
  ORDER BY found.key`

type BanRow = { role: RoomRole | null; byId: number; by: string; at: number } & Person

export async function listBans(
  pool: Pool,
  viewer: number,
  room: string,
  { after, limit }: KeyRange,
): Promise<{ bans: RoomBan[]; more: boolean } | 'forbidden' | undefined> {
  const rows = await pool.read((sql) =>
    sql.unsafe<BanRow[]>(bansQuery, [viewer, room, after ?? '', limit + 1], { prepare: true }),
  )
  if (rows[0] === undefined) return undefined
  if (rows[0].role === null || rows[0].role === 'member') return 'forbidden'
  const found = rows.filter(({ id }) => id !== null)
  const bans = found.slice(0, limit).map(({ id, username, byId, by, at }) => ({
    person: { id, username },
    by: { id: byId, username: by },
    at,
  }))
  return { bans, more: found.length > limit }
}
