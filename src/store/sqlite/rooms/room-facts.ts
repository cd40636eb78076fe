import type { Person } from '../../person.ts'
import type { Room, RoomRole } from '../../room.ts'
import type { RoomFacts } from '../../room-rules.ts'
import type { NewRoom, RoomCommand } from '../../room-store.ts'
import { AccountQueries } from '../accounts.ts'
import { BlockQueries } from '../blocks.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { Restrictions } from '../staff/restrictions.ts'
import { RoomBans } from './room-bans.ts'
import { RoomStates } from './room-states.ts'

type Others = { room: number; role: RoomRole; except: number }

/** Reads what `decideRoom` needs to know, each fact when it is asked for. */
export class RoomFactQueries {
  readonly #rooms
  readonly #bans
  readonly #accounts
  readonly #mutes
  readonly #blocks
  readonly #hasLeft
  readonly #owners
  readonly #longest
  readonly #joinedRooms
  readonly #keyIsTaken
  readonly #skeletonIsTaken

  constructor(connection: Connection) {
    this.#rooms = queriesOf(RoomStates, connection)
    this.#bans = queriesOf(RoomBans, connection)
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#mutes = new Restrictions(connection, 'mutes')
    this.#blocks = queriesOf(BlockQueries, connection)
    this.#hasLeft = connection
      .prepare<[number, number], number>(
        `SELECT 1 FROM members
         WHERE account_id = ? AND audience_id = ? AND left_id IS NOT NULL LIMIT 1`,
      )
      .pluck()
    const others = `members INDEXED BY members_of_room
      WHERE audience_id = :room AND role = :role AND left_id IS NULL AND joined_id > 0
        AND account_id <> :except`
    this.#owners = connection.prepare<Others, number>(`SELECT count(*) FROM ${others}`).pluck()
    this.#longest = connection.prepare<Others, Person>(
      `SELECT id, username FROM accounts
       WHERE id = (SELECT account_id FROM ${others} ORDER BY joined_id LIMIT 1)`,
    )
    this.#joinedRooms = connection
      .prepare<[number, number], number>(
        `SELECT count(*) FROM members INDEXED BY members_rooms
         WHERE account_id = ? AND left_id IS NULL AND joined_id > 0 AND joined_by = ?`,
      )
      .pluck()
    this.#keyIsTaken = connection.prepare<[string]>('SELECT 1 FROM rooms WHERE key = ?')
    this.#skeletonIsTaken = connection.prepare<[string]>(
      'SELECT 1 FROM room_skeletons WHERE skeleton = ?',
    )
  }

  /** Must be used up in the same transaction. */
  of(command: RoomCommand, caller: Person, now: number): RoomFacts {
    if (command.kind === 'create') return this.#factsOfNew(command.room, caller, now)
    const view = this.#rooms.byKey(caller.id, command.room)
    const target = 'user' in command ? this.#accounts.person(command.user) : undefined
    return this.#factsOf(caller, now, view?.membership?.role, view?.room, target)
  }

  #factsOfNew(room: NewRoom, caller: Person, now: number): RoomFacts {
    const nameIsTaken =
      this.#keyIsTaken.get(room.key) !== undefined ||
      room.skeletons.some((skeleton) => this.#skeletonIsTaken.get(skeleton) !== undefined)
    return { ...this.#factsOf(caller, now, undefined, undefined, caller), nameIsTaken }
  }

  #factsOf(
    caller: Person,
    now: number,
    callerRole: RoomRole | undefined,
    room: Room | undefined,
    target: Person | undefined,
  ): RoomFacts {
    const [inRoom, account] = [room?.id ?? 0, target?.id ?? 0]
    const others = (role: RoomRole): Others => ({ room: inRoom, role, except: account })
    const [bans, rooms, hasLeft] = [this.#bans, this.#rooms, this.#hasLeft]
    const blocks = this.#blocks
    const [owners, longest, joinedRooms] = [this.#owners, this.#longest, this.#joinedRooms]
    return {
      caller,
      callerIsMuted: this.#mutes.has(caller.id, now),
      room,
      callerRole,
      target,
      nameIsTaken: false,
      get callerIsBanned() {
        return bans.has(inRoom, caller.id)
      },
      get targetRole() {
        return account === caller.id ? callerRole : rooms.membership(account, inRoom)?.role
      },
      get targetIsBanned() {
        return bans.has(inRoom, account)
      },
      get callerIsBlocked() {
        return blocks.has(account, caller.id)
      },
      get targetHasLeft() {
        return hasLeft.get(account, inRoom) !== undefined
      },
      get otherOwners() {
        return owners.get(others('owner')) as number
      },
      get successor() {
        return longest.get(others('moderator')) ?? longest.get(others('member'))
      },
      get joinedRooms() {
        return joinedRooms.get(account, account) as number
      },
    }
  }
}
