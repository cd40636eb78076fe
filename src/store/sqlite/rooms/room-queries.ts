import { usernameKey } from '../../../names/name-forms.ts'
import type { RoomBan, RoomMember, RoomRole, RoomView } from '../../room.ts'
import { mayRead } from '../../room-rules.ts'
import type { KeyRange, RoomQuery } from '../../room-store.ts'
import type { Connection } from '../connection.ts'
import { mayReadRoom } from '../log/visibility.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomBans } from './room-bans.ts'
import { type RoomRow, RoomStates, roomColumns, roomTables, toRoomView } from './room-states.ts'

type MemberRow = { id: number; username: string; role: RoomRole; joinedAt: number }

/** What people ask of rooms. */
export class RoomQueries {
  readonly #rooms
  readonly #bans
  readonly #readable
  readonly #firstReadable
  readonly #joined
  readonly #members

  constructor(connection: Connection) {
    this.#rooms = queriesOf(RoomStates, connection)
    this.#bans = queriesOf(RoomBans, connection)
    this.#readable = connection.prepare<{ viewer: number; after: string }, RoomRow>(
      `SELECT ${roomColumns} FROM ${roomTables}
       WHERE rooms.key > :after AND ${mayReadRoom} ORDER BY rooms.key`,
    )
    this.#firstReadable = connection.prepare<
      { viewer: number; after: string; count: number },
      RoomRow
    >(
      `WITH found AS (
         SELECT * FROM (
           SELECT audience_id FROM rooms INDEXED BY rooms_open
           WHERE access = 'open' AND key > :after ORDER BY key LIMIT :count)
         UNION
         SELECT audience_id FROM members INDEXED BY members_rooms
         WHERE account_id = :viewer AND left_id IS NULL AND joined_id > 0)
       SELECT ${roomColumns} FROM found CROSS JOIN ${roomTables}
       WHERE rooms.audience_id = found.audience_id AND rooms.key > :after
       ORDER BY rooms.key LIMIT :count`,
    )
    this.#joined = connection.prepare<{ viewer: number; after: string }, RoomRow>(
      `SELECT ${roomColumns}
       FROM members AS stay INDEXED BY members_rooms
       CROSS JOIN rooms ON rooms.audience_id = stay.audience_id
       WHERE stay.account_id = :viewer AND stay.left_id IS NULL AND stay.joined_id > 0
         AND rooms.key > :after
       ORDER BY rooms.key`,
    )
    this.#members = connection.prepare<{ room: number; after: string; count: number }, MemberRow>(
      `SELECT accounts.id, accounts.username, members.role, members.joined_at AS joinedAt
       FROM members INDEXED BY members_of_room
       CROSS JOIN accounts ON accounts.id = members.account_id
       WHERE members.audience_id = :room AND members.left_id IS NULL AND members.joined_id > 0
         AND accounts.key > :after
       ORDER BY accounts.key LIMIT :count`,
    )
  }

  find(viewer: number, key: string): RoomView | undefined {
    const view = this.#rooms.byKey(viewer, key)
    return view && mayRead(view.room, view.membership?.role) ? view : undefined
  }

  /** Where there is a prefix, it reads past all rooms that do not begin with it. */
  list(viewer: number, query: RoomQuery): { rooms: RoomView[]; more: boolean } {
    const { after, limit, joined, prefix } = query
    if (prefix === null && !joined) {
      // One row more than the page shows whether there are more.
      const rows = this.#firstReadable.all({ viewer, after: after ?? '', count: limit + 1 })
      return { rooms: rows.slice(0, limit).map(toRoomView), more: rows.length > limit }
    }
    const statement = joined ? this.#joined : this.#readable
    const begins = beginsWith(prefix)
    const rooms: RoomView[] = []
    for (const row of statement.iterate({ viewer, after: after ?? '' })) {
      if (!begins(row)) continue
      if (rooms.length === limit) return { rooms, more: true }
      rooms.push(toRoomView(row))
    }
    return { rooms, more: false }
  }

  members(
    viewer: number,
    key: string,
    { after, limit }: KeyRange,
  ): { members: RoomMember[]; count: number; more: boolean } | undefined {
    const room = this.find(viewer, key)?.room
    if (!room) return undefined
    const rows = this.#members.all({ room: room.id, after: after ?? '', count: limit + 1 })
    const members = rows.slice(0, limit).map(({ id, username, role, joinedAt }) => ({
      person: { id, username },
      role,
      joinedAt,
    }))
    return { members, count: room.memberCount, more: rows.length > limit }
  }

  bans(
    viewer: number,
    key: string,
    { after, limit }: KeyRange,
  ): { bans: RoomBan[]; more: boolean } | 'forbidden' | undefined {
    const view = this.find(viewer, key)
    if (!view) return undefined
    const { room, membership } = view
    if (membership === null || membership.role === 'member') return 'forbidden'
    const bans = this.#bans.list(room.id, { after, limit: limit + 1 })
    return { bans: bans.slice(0, limit), more: bans.length > limit }
  }
}

/** Whether the key, or the title folded like one, begins with a folded text. */
function beginsWith(prefix: string | null): (row: RoomRow) => boolean {
  if (prefix === null) return () => true
  return ({ key, title }) => key?.startsWith(prefix) || usernameKey(title).startsWith(prefix)
}
