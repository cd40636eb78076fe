import type { ApiAccess, Path } from './api-access.ts'
import { ObrolError } from './errors.ts'
import {
  isHistoryPage,
  isMemberPage,
  isMessage,
  isNull,
  isRoom,
  isRoomBanPage,
  isRoomMember,
  isRoomName,
  isRoomPage,
} from './guards.ts'
import type { MemberPage, Room, RoomMember, RoomRole } from './state/contract-types.ts'
import type {
  CallOptions,
  HistoryPage,
  IdempotentOptions,
  Message,
  NamesOptions,
  NewRoom,
  PostOptions,
  RoomBanPage,
  RoomChanges,
  RoomHistoryOptions,
  RoomPage,
  RoomsOptions,
} from './types.ts'

/**
 * The calls of rooms: `client.rooms`. A room is meant by its name.
 *
 * `unknown-room` is an error of all of them, also for a private room that the user is no member of;
 * `forbidden` is one of all that change something.
 */
export class Rooms {
  readonly #api: ApiAccess

  /** @internal */
  constructor(api: ApiAccess) {
    this.#api = api
  }

  /**
   * Makes a room, and the user its owner. Errors: `room-name-taken`, `too-many-rooms`; `unknown-room`
   * if the idempotency key has made a room that the user may no longer read.
   */
  async create(room: NewRoom, options: IdempotentOptions = {}): Promise<Room> {
    const made = await this.#api.post(['rooms'], room, isRoomName, options)
    if (isRoom(made)) return made
    throw new ObrolError('unknown-room', `You may not read the room ${made.name} any more`)
  }

  /** A page of the open rooms and the user's own, sorted by name. */
  list({ signal, onRetry, ...query }: RoomsOptions = {}): Promise<RoomPage> {
    return this.#api.call('GET', ['rooms'], isRoomPage, { signal, onRetry }, { query })
  }

  /** One room. */
  get(room: string, options: CallOptions = {}): Promise<Room> {
    return this.#api.call('GET', ['rooms', room], isRoom, options)
  }

  /**
   * Changes a room; what is left out stays. `archived` closes it for messages, or opens it again.
   * Error: `cannot-open`.
   */
  update(room: string, changes: RoomChanges, options: CallOptions = {}): Promise<Room> {
    return this.#api.call('PATCH', ['rooms', room], isRoom, options, { body: changes })
  }

  /** Deletes a room and all that was said in it, for good. */
  delete(room: string, options: CallOptions = {}): Promise<void> {
    return this.#callUntilGone(['rooms', room], options)
  }

  /** A page of the members, sorted by name. */
  members(room: string, options: NamesOptions = {}): Promise<MemberPage> {
    const { limit, after } = options
    const path = ['rooms', room, 'members']
    return this.#api.call('GET', path, isMemberPage, options, { query: { limit, after } })
  }

  /** Joins an open room. Errors: `room-full`, `too-many-rooms`. */
  async join(room: string, options: CallOptions = {}): Promise<RoomMember> {
    return this.#putMember(room, await this.#api.ownName(options), {}, options)
  }

  /** Leaves a room. Done also if the user is no member. */
  async leave(room: string, options: CallOptions = {}): Promise<void> {
    const username = await this.#api.ownName(options)
    await this.#callUntilGone(['rooms', room, 'members', username], options)
  }

  /** Makes someone a member. Errors: `unknown-recipient`, `not-a-member`, `room-full`. */
  add(room: string, username: string, options: CallOptions = {}): Promise<RoomMember> {
    return this.#putMember(room, username, {}, options)
  }

  /** Gives a member a role, or adds someone with that role. Error: `last-owner`. */
  setRole(
    room: string,
    username: string,
    role: RoomRole,
    options: CallOptions = {},
  ): Promise<RoomMember> {
    return this.#putMember(room, username, { role }, options)
  }

  /** Ends someone's membership. Done also if they are no member. */
  async remove(room: string, username: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['rooms', room, 'members', username], isNull, options)
  }

  /** A page of those who are banned, sorted by name. */
  bans(room: string, options: NamesOptions = {}): Promise<RoomBanPage> {
    const { limit, after } = options
    const path = ['rooms', room, 'bans']
    return this.#api.call('GET', path, isRoomBanPage, options, { query: { limit, after } })
  }

  /** Removes someone, and keeps them from joining and writing. */
  async ban(room: string, username: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('PUT', ['rooms', room, 'bans', username], isNull, options)
  }

  /** Takes a ban back; the room has to be joined again. */
  async unban(room: string, username: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['rooms', room, 'bans', username], isNull, options)
  }

  /**
   * Sends a message to the members. Resolves once it is stored in the log. Errors: `not-a-member`,
   * `room-archived`.
   */
  post(room: string, text: string, options: PostOptions = {}): Promise<Message> {
    const { replyTo, metadata } = options
    const path = ['rooms', room, 'messages']
    return this.#api.post(path, { text, replyTo, metadata }, isMessage, options)
  }

  /** A page of the messages in a room. */
  history(
    room: string,
    { signal, onRetry, ...query }: RoomHistoryOptions = {},
  ): Promise<HistoryPage> {
    const path = ['rooms', room, 'messages']
    return this.#api.call('GET', path, isHistoryPage, { signal, onRetry }, { query })
  }

  #putMember(room: string, username: string, body: object, options: CallOptions) {
    return this.#api.call('PUT', ['rooms', room, 'members', username], isRoomMember, options, {
      body,
    })
  }

  /** If the answer to a first attempt is lost, the next one may not find the room any more. */
  async #callUntilGone(path: Path, options: CallOptions): Promise<void> {
    let retried = false
    const onRetry = (error: ObrolError, inMs: number) => {
      retried = true
      options.onRetry?.(error, inMs)
    }
    try {
      await this.#api.call('DELETE', path, isNull, { ...options, onRetry })
    } catch (error) {
      if (!retried || (error as ObrolError).code !== 'unknown-room') throw error
    }
  }
}
