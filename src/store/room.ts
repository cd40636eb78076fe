import type { Person } from './person.ts'

/** In rising order of rights. */
export const roomRoles = ['member', 'moderator', 'owner'] as const

export type RoomRole = (typeof roomRoles)[number]

/** `open`: everyone may read it and join. `private`: only its members know of it. */
export type RoomAccess = 'open' | 'private'

/** What a member of a private room may read: everything, or what was said during their memberships. */
export type RoomHistory = 'all' | 'since-joined'

export interface RoomRef {
  /** Of its audience. It is never given to another room. */
  id: number
  /** As typed when it was made. After the room is deleted, another one can have it. */
  name: string
}

export interface Room extends RoomRef {
  title: string
  topic: string
  access: RoomAccess
  history: RoomHistory
  archived: boolean
  /** Unix milliseconds. */
  createdAt: number
  memberCount: number
}

/** A room with the viewer's own part, which is null where the viewer is not a member. */
export interface RoomView {
  room: Room
  membership: { role: RoomRole; joinedAt: number } | null
}

export interface RoomMember {
  person: Person
  role: RoomRole
  /** Unix milliseconds. */
  joinedAt: number
}

/** Kept from joining, being added and writing. */
export interface RoomBan {
  person: Person
  by: Person
  /** Unix milliseconds. */
  at: number
}
