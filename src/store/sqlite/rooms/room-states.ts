import type { Room, RoomAccess, RoomHistory, RoomRole, RoomView } from '../../room.ts'
import { mayRead } from '../../room-rules.ts'
import type { Connection } from '../connection.ts'

/** A row of `roomColumns` from `roomTables`. */
export interface RoomRow {
  id: number
  name: string
  key: string | null
  title: string
  topic: string
  access: RoomAccess
  history: RoomHistory
  archived: 0 | 1
  createdAt: number
  memberCount: number
  role: RoomRole | null
  joinedAt: number | null
}

export const roomColumns = `
  rooms.audience_id AS id, rooms.name, rooms.key, rooms.title, rooms.topic, rooms.access,
  rooms.history, rooms.archived, rooms.created_at AS createdAt, rooms.member_count AS memberCount,
  stay.role, stay.joined_at AS joinedAt`

/**
 * Rooms that are not deleted need `rooms.key IS NOT NULL` besides. What is bound here or beside it is bound
 * through a SELECT: SQLite would otherwise plan the join again for each value (see `SessionQueries`).
 */
export const roomTables = `
  rooms LEFT JOIN members AS stay INDEXED BY members_rooms
    ON stay.account_id = (SELECT :viewer) AND stay.left_id IS NULL AND stay.audience_id = rooms.audience_id
      AND stay.joined_id > 0`

function toRoom(row: RoomRow): Room {
  const { id, name, title, topic, access, history, archived, createdAt, memberCount } = row
  return {
    id,
    name,
    title,
    topic,
    access,
    history,
    archived: archived === 1,
    createdAt,
    memberCount,
  }
}

export function toRoomView(row: RoomRow): RoomView {
  const { role, joinedAt } = row
  const membership = role === null ? null : { role, joinedAt: joinedAt as number }
  return { room: toRoom(row), membership }
}

/** Rooms as they are in the snapshot that is read. */
export class RoomStates {
  readonly #byId
  readonly #byKey
  readonly #membership

  constructor(connection: Connection) {
    const query = `SELECT ${roomColumns} FROM ${roomTables}`
    this.#byId = connection.prepare<{ viewer: number; id: number }, RoomRow>(
      `${query} WHERE rooms.audience_id = (SELECT :id) AND rooms.key IS NOT NULL`,
    )
    this.#byKey = connection.prepare<{ viewer: number; key: string }, RoomRow>(
      `${query} WHERE rooms.key = (SELECT :key)`,
    )
    this.#membership = connection.prepare<[number, number], NonNullable<RoomView['membership']>>(
      `SELECT role, joined_at AS joinedAt FROM members INDEXED BY members_rooms
       WHERE account_id = ? AND left_id IS NULL AND audience_id = ? AND joined_id > 0`,
    )
  }

  /** Undefined where it is deleted. */
  byId(viewer: number, id: number): RoomView | undefined {
    const row = this.#byId.get({ viewer, id })
    return row && toRoomView(row)
  }

  byKey(viewer: number, key: string): RoomView | undefined {
    const row = this.#byKey.get({ viewer, key })
    return row && toRoomView(row)
  }

  /** Undefined where they are no member. */
  membership(account: number, room: number): RoomView['membership'] | undefined {
    return this.#membership.get(account, room)
  }

  /** Looks up each room once. */
  readableBy(viewer: number): (id: number) => Room | undefined {
    const known = new Map<number, Room | undefined>()
    return (id) => {
      if (!known.has(id)) known.set(id, this.#readable(viewer, id))
      return known.get(id)
    }
  }

  #readable(viewer: number, id: number): Room | undefined {
    const view = this.byId(viewer, id)
    return view && mayRead(view.room, view.membership?.role) ? view.room : undefined
  }
}
