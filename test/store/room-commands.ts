import type { RoomRole } from '../../src/store/room.ts'
import type { NewRoom, RoomCommand, RoomFields } from '../../src/store/room-store.ts'

/** A room whose key and skeleton are its name. */
export function newRoom(name: string, fields: Partial<NewRoom> = {}): NewRoom {
  return {
    name,
    key: name,
    skeletons: [name],
    title: `The ${name} room`,
    topic: '',
    access: 'open',
    history: 'all',
    ...fields,
  }
}

type Limits = { maxRooms?: number; maxMembers?: number }

export const create = (
  name: string,
  fields: Partial<NewRoom> = {},
  { maxRooms = 200 }: Limits = {},
): RoomCommand => ({ kind: 'create', room: newRoom(name, fields), maxRooms })

export const update = (room: string, changes: RoomFields): RoomCommand => ({
  kind: 'update',
  room,
  changes,
})

export const remove = (room: string, user: string): RoomCommand => ({
  kind: 'remove-member',
  room,
  user,
})

export const put = (
  room: string,
  user: string,
  role?: RoomRole,
  { maxRooms = 200, maxMembers = 10_000 }: Limits = {},
): RoomCommand => ({ kind: 'put-member', room, user, role, maxRooms, maxMembers })

export const ban = (room: string, user: string): RoomCommand => ({ kind: 'ban', room, user })

export const unban = (room: string, user: string): RoomCommand => ({ kind: 'unban', room, user })

export const deleteRoom = (room: string): RoomCommand => ({ kind: 'delete', room })
