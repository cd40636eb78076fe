import type { Draft } from './message-log.ts'
import type { RoomAccess, RoomBan, RoomHistory, RoomMember, RoomRole, RoomView } from './room.ts'

/** Rooms, their members and bans. Names of rooms and users are given by their keys. */
export interface RoomStore {
  /**
   * Judges a command by `room-rules.ts` and carries it out, in one transaction under the log's lock.
   * Its entries are published like messages.
   *
   * @param session of the caller
   * @param idempotency only for `create`: a repeated key gives the room that the first call made
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  execute(
    session: number,
    command: RoomCommand,
    idempotency: Draft['idempotency'],
  ): Promise<RoomOutcome>

  /** Undefined where there is no such room, or the viewer may not read it. */
  find(viewer: number, room: string): Promise<RoomView | undefined>

  /** Open rooms and the viewer's own, by key. */
  list(viewer: number, query: RoomQuery): Promise<{ rooms: RoomView[]; more: boolean }>

  /** The members by username key. Undefined as for `find`. */
  members(
    viewer: number,
    room: string,
    range: KeyRange,
  ): Promise<{ members: RoomMember[]; count: number; more: boolean } | undefined>

  /** The bans by username key, for the room's moderators. Undefined as for `find`. */
  bans(
    viewer: number,
    room: string,
    range: KeyRange,
  ): Promise<{ bans: RoomBan[]; more: boolean } | 'forbidden' | undefined>

  /** The rooms whose new entries the account's streams carry. */
  memberships(account: number): Promise<Memberships>
}

/** Of one snapshot. */
export interface Memberships {
  /** The log's head: entries up to it are counted in `rooms` already. */
  head: number
  /** Ids of the rooms that the account is a member of. */
  rooms: number[]
  /** The newest entry that ended a membership of the account; 0 if there is none. */
  lastLeftId: number
}

export interface KeyRange {
  /** The items whose key is after this one; null: from the first. */
  after: string | null
  limit: number
}

export interface RoomQuery extends KeyRange {
  /** Only rooms that the viewer is a member of. */
  joined: boolean
  /** The beginning of the room's key, or of its title folded like one; null: any room. */
  prefix: string | null
}

export interface NewRoom {
  name: string
  key: string
  /** As for usernames, but unique among rooms. */
  skeletons: readonly string[]
  title: string
  topic: string
  access: RoomAccess
  history: RoomHistory
}

/** What a caller wants. `room` and `user` are keys. */
export type RoomCommand =
  | { kind: 'create'; room: NewRoom; maxRooms: number }
  | { kind: 'update'; room: string; changes: RoomFields }
  | { kind: 'delete'; room: string }
  | {
      kind: 'put-member'
      room: string
      user: string
      /** Undefined: `member` for someone who is added, else as it is. */
      role: RoomRole | undefined
      /** ROOMS_PER_USER, for someone who joins by themselves. */
      maxRooms: number
      /** MEMBERS_PER_ROOM. */
      maxMembers: number
    }
  | { kind: 'remove-member'; room: string; user: string }
  | { kind: 'ban'; room: string; user: string }
  | { kind: 'unban'; room: string; user: string }

/** What can change of a room. A field that is left out stays. */
export interface RoomFields {
  title?: string
  topic?: string
  archived?: boolean
  access?: RoomAccess
}

export type RoomRefusal =
  | 'session-ended'
  | 'key-reused'
  | 'unknown-room'
  | 'unknown-user'
  | 'room-name-taken'
  /** The caller is banned from the room. */
  | 'banned'
  /** The one who is to be added is. */
  | 'target-banned'
  /** The one who is to be added has blocked the caller. */
  | 'not-accepted'
  | 'needs-moderator'
  | 'needs-owner'
  /** The role of the other one is not lower than the caller's. */
  | 'not-outranked'
  | 'not-a-member'
  | 'cannot-open'
  | 'last-owner'
  | 'too-many-rooms'
  | 'room-full'

export type RoomOutcome =
  | {
      kind: 'done'
      /** As it is now for the caller; `{ name }` alone where they may not read it any more. */
      room: RoomView | { name: string }
      /** Of `put-member`: the member as they are now. */
      member: RoomMember | null
      /** The idempotency key was used before. */
      replayed: boolean
      /** Whether somebody became a member by this call. */
      joined: boolean
    }
  | { kind: RoomRefusal }
