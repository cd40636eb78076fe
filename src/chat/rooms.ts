import { usernameKey } from '../names/name-forms.ts'
import type { AccountStore } from '../store/account-store.ts'
import type { Draft } from '../store/message-log.ts'
import type { Room, RoomBan, RoomMember, RoomRole, RoomView } from '../store/room.ts'
import type {
  KeyRange,
  RoomCommand,
  RoomFields,
  RoomOutcome,
  RoomRefusal,
  RoomStore,
} from '../store/room-store.ts'
import type { Session } from '../store/session-store.ts'
import { findStoredKey } from './accounts.ts'
import type { Presence } from './presence.ts'
import { Problem } from './problems.ts'
import { mutedProblem, type RestrictionReader } from './restrictions.ts'
import type { NewRoomCommand } from './room-input.ts'
import { roomProblem } from './room-problems.ts'
import { mapStoreErrors } from './store-problems.ts'
import { isReserved, lookupKey } from './usernames.ts'

export interface MadeRoom {
  /** Its name alone where a replay finds that the caller may not read it any more. */
  room: RoomView | { name: string }
  /** True where the idempotency key was used before: the room is the one of that first call. */
  replayed: boolean
}

/** Names as typed. */
export interface RoomListQuery {
  joined?: boolean | undefined
  /** The beginning of a name or a title. */
  q?: string | undefined
  /** The name of a room. */
  after?: string | undefined
  limit: number
}

interface NameRange {
  /** A username. */
  after?: string | undefined
  limit: number
}

export interface PresentMember extends RoomMember {
  online: boolean
}

export interface MemberPage {
  members: PresentMember[]
  /** Of the whole room. */
  count: number
  more: boolean
}

export interface RoomsOptions {
  store: { accounts: AccountStore; rooms: RoomStore } & RestrictionReader
  presence: Pick<Presence, 'isOnline' | 'onlineAmong'>
  /** Who may make rooms. */
  creation: 'everyone' | 'moderators'
  /** How many rooms one may join or make; 0: no limit. */
  maxRooms: number
  /** How many members a room may have; 0: no limit. */
  maxMembers: number
}

/** A room as everyone who may read it gets it; times are RFC 3339 in UTC. */
export function toRoom(room: Room) {
  const { name, title, topic, access, history, archived, createdAt, memberCount } = room
  return {
    name,
    title,
    topic,
    access,
    history,
    archived,
    createdAt: toTime(createdAt),
    memberCount,
  }
}

/** A room with the caller's own part, which only a member has. */
export function toRoomView({ room, membership }: RoomView) {
  if (membership === null) return toRoom(room)
  const { role, joinedAt } = membership
  return { ...toRoom(room), role, joinedAt: toTime(joinedAt) }
}

export function toMember({ person, role, joinedAt, online }: PresentMember) {
  return { username: person.username, role, joinedAt: toTime(joinedAt), online }
}

export function toBan({ person, by, at }: RoomBan) {
  return { username: person.username, by: by.username, at: toTime(at) }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/**
 * Rooms, their members and bans. `store/room-rules.ts` says who may change what, but for who may make rooms,
 * which is a setting.
 *
 * Rooms and people are given by their names, typed in any case. Every method throws a `Problem`
 * `unavailable` where the store cannot be reached, and `unknown-room` where the caller may not read the
 * room; those that write also `unauthorized`, `forbidden` and `outcome-unknown`.
 */
export class Rooms {
  readonly #options: RoomsOptions

  constructor(options: RoomsOptions) {
    this.#options = options
  }

  /**
   * Makes a room, whose owner is the caller. With an idempotency key a retry is safe for 24 hours.
   *
   * @throws {Problem} `room-name-taken`, `too-many-rooms`, `idempotency-key-reused`
   */
  async create(caller: Session, command: NewRoomCommand): Promise<MadeRoom> {
    const { room, idempotency } = command
    if (this.#options.creation === 'moderators') {
      const replayed = await this.replay(caller, command)
      if (replayed) return replayed
      throw new Problem('forbidden', 'Here only moderators of the server may make rooms.')
    }
    if (isReserved(room.name))
      throw new Problem(
        'room-name-taken',
        'This name, or one that looks like it, is reserved. Choose another.',
      )
    return this.#execute(caller, { kind: 'create', room, maxRooms: this.#maxRooms }, idempotency)
  }

  /**
   * The room that was made with the same idempotency key before, if any; it makes none. So a replay is
   * answered also when a limit is reached.
   *
   * @throws {Problem} `idempotency-key-reused`
   */
  async replay(
    caller: Session,
    { room, idempotency }: NewRoomCommand,
  ): Promise<MadeRoom | undefined> {
    if (idempotency === null) return undefined
    // Who may be in no room makes none: with a new key the store refuses, after it has looked the key up.
    const command = { kind: 'create', room, maxRooms: 0 } as const
    const outcome = await this.#ask((rooms) => rooms.execute(caller.id, command, idempotency))
    if (outcome.kind === 'done') return outcome
    if (outcome.kind === 'too-many-rooms' || outcome.kind === 'room-name-taken') return undefined
    throw await this.#problem(caller, outcome.kind)
  }

  async find(viewer: Session, room: string): Promise<RoomView> {
    return known(await this.#ask((rooms) => rooms.find(viewer.account.id, lookupKey(room))))
  }

  /** Open rooms and the viewer's own, by name. */
  list(
    viewer: Session,
    { joined = false, q: prefix = '', after, limit }: RoomListQuery,
  ): Promise<{ rooms: RoomView[]; more: boolean }> {
    const query = {
      joined,
      prefix: prefix === '' ? null : usernameKey(prefix),
      after: after === undefined ? null : lookupKey(after),
      limit,
    }
    return this.#ask((rooms) => rooms.list(viewer.account.id, query))
  }

  /** @throws {Problem} `not-a-member`, `cannot-open` */
  async update(caller: Session, room: string, changes: RoomFields): Promise<RoomView> {
    const command = { kind: 'update', room: lookupKey(room), changes } as const
    // Nobody can lose sight of a room by changing it.
    return (await this.#execute(caller, command)).room as RoomView
  }

  /** @throws {Problem} `not-a-member` */
  async delete(caller: Session, room: string): Promise<void> {
    await this.#execute(caller, { kind: 'delete', room: lookupKey(room) })
  }

  /** The members by name. */
  async members(viewer: Session, room: string, range: NameRange): Promise<MemberPage> {
    const keys = await this.#keyRange(range)
    const page = known(
      await this.#ask((rooms) => rooms.members(viewer.account.id, lookupKey(room), keys)),
    )
    const online = await this.#options.presence.onlineAmong(page.members.map(idOf))
    const members = page.members.map((member) => ({ ...member, online: online.has(idOf(member)) }))
    return { ...page, members }
  }

  /**
   * Joins, adds someone, or gives a role. `joined`: whether they became a member by this call.
   *
   * @throws {Problem} `unknown-person` where nobody is registered under the name; `not-a-member`,
   *   `last-owner`, `too-many-rooms`, `room-full`
   */
  async putMember(
    caller: Session,
    room: string,
    username: string,
    role?: RoomRole,
  ): Promise<{ member: PresentMember; joined: boolean }> {
    const maxMembers = this.#options.maxMembers || Number.MAX_SAFE_INTEGER
    const command = await this.#putCommand(room, username, role, maxMembers)
    return this.#putDone(await this.#execute(caller, command))
  }

  /**
   * What `putMember` does where they are a member already; it adds nobody. Undefined where they are none.
   *
   * @throws {Problem} as `putMember`
   */
  async changeMember(
    caller: Session,
    room: string,
    username: string,
    role?: RoomRole,
  ): Promise<{ member: PresentMember; joined: boolean } | undefined> {
    // Into a room that holds nobody the store adds none.
    const command = await this.#putCommand(room, username, role, 0)
    const outcome = await this.#ask((rooms) => rooms.execute(caller.id, command, null))
    if (outcome.kind === 'done') return this.#putDone(outcome)
    if (outcome.kind === 'room-full') return undefined
    throw await this.#problem(caller, outcome.kind)
  }

  async #putCommand(
    room: string,
    username: string,
    role: RoomRole | undefined,
    maxMembers: number,
  ): Promise<RoomCommand> {
    const names = await this.#keysOf(room, username)
    return { kind: 'put-member', ...names, role, maxRooms: this.#maxRooms, maxMembers }
  }

  #putDone(outcome: RoomOutcome & { kind: 'done' }): { member: PresentMember; joined: boolean } {
    const member = outcome.member as RoomMember
    // It is done by now, so nothing may fail any more.
    const online = this.#options.presence.isOnline(idOf(member))
    return { member: { ...member, online }, joined: outcome.joined }
  }

  /** Leaves, or removes someone. @throws {Problem} `unknown-person` as for `putMember`; `not-a-member` */
  async removeMember(caller: Session, room: string, username: string): Promise<void> {
    const names = await this.#keysOf(room, username)
    await this.#execute(caller, { kind: 'remove-member', ...names })
  }

  /** The bans by name. @throws {Problem} `forbidden` */
  async bans(
    viewer: Session,
    room: string,
    range: NameRange,
  ): Promise<{ bans: RoomBan[]; more: boolean }> {
    const keys = await this.#keyRange(range)
    const page = known(
      await this.#ask((rooms) => rooms.bans(viewer.account.id, lookupKey(room), keys)),
    )
    if (page === 'forbidden') throw roomProblem('needs-moderator')
    return page
  }

  /** @throws {Problem} `unknown-person` as for `putMember`; `not-a-member` */
  async ban(caller: Session, room: string, username: string): Promise<void> {
    await this.#execute(caller, { kind: 'ban', ...(await this.#keysOf(room, username)) })
  }

  /** @throws {Problem} `unknown-person` as for `putMember`; `not-a-member` */
  async unban(caller: Session, room: string, username: string): Promise<void> {
    await this.#execute(caller, { kind: 'unban', ...(await this.#keysOf(room, username)) })
  }

  get #maxRooms(): number {
    return this.#options.maxRooms || Number.MAX_SAFE_INTEGER
  }

  async #execute(
    caller: Session,
    command: RoomCommand,
    idempotency: Draft['idempotency'] = null,
  ): Promise<RoomOutcome & { kind: 'done' }> {
    const outcome = await this.#ask((rooms) => rooms.execute(caller.id, command, idempotency))
    if (outcome.kind === 'done') return outcome
    throw await this.#problem(caller, outcome.kind)
  }

  async #problem({ account }: Session, refusal: RoomRefusal): Promise<Problem> {
    return refusal === 'muted'
      ? mutedProblem(this.#options.store, account.id)
      : roomProblem(refusal)
  }

  #ask<T>(call: (rooms: RoomStore) => Promise<T>): Promise<T> {
    return mapStoreErrors(call(this.#options.store.rooms))
  }

  async #keysOf(room: string, username: string): Promise<{ room: string; user: string }> {
    const user = await findStoredKey(this.#options.store.accounts, username)
    return { room: lookupKey(room), user }
  }

  async #keyRange({ after, limit }: NameRange): Promise<KeyRange> {
    if (after === undefined) return { after: null, limit }
    return { after: await findStoredKey(this.#options.store.accounts, after), limit }
  }
}

function idOf({ person }: RoomMember): number {
  return person.id
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw roomProblem('unknown-room')
  return found
}
