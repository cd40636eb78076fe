import type { Person } from './person.ts'
import { type Room, type RoomRole, roomRoles } from './room.ts'
import type { NewRoom, RoomCommand, RoomFields, RoomRefusal } from './room-store.ts'

/**
 * Who may do what to a room. Both stores read the facts and write the changes, each in a transaction that
 * holds the log's lock; what follows from the facts is decided here alone.
 */

/** What a decision needs to know, as it is in the transaction. */
export interface RoomFacts {
  /** The account of the session. */
  caller: Person
  /** Undefined where there is none under this key, or it was deleted. */
  room: Room | undefined
  callerRole: RoomRole | undefined
  callerIsBanned: boolean
  /** The account under the command's `user`. */
  target: Person | undefined
  targetRole: RoomRole | undefined
  targetIsBanned: boolean
  /** Whether the target has blocked the caller. */
  callerIsBlocked: boolean
  /** Whether a membership of theirs has ended, as far as the log goes back. */
  targetHasLeft: boolean
  /** Owners of the room besides the target. */
  otherOwners: number
  /**
   * Who becomes the owner once no owner is left: of the moderators besides the target, else of the
   * members, the one who joined first.
   */
  successor: Person | undefined
  /** Rooms that the target, or the maker of a room, is a member of and has joined by themselves. */
  joinedRooms: number
  /** Of `create`: another room has the key or one of the skeletons. */
  nameIsTaken: boolean
}

/**
 * What to write, in order. `join`, `leave`, `set-role`, `update` and `delete` are one entry of the log each.
 * `create` makes the room that the changes after it are about. `delete` ends all memberships.
 */
export type RoomChange =
  | { kind: 'create'; room: NewRoom }
  | { kind: 'join'; member: Person; role: RoomRole }
  | { kind: 'leave'; member: Person; reason: LeaveReason }
  | { kind: 'set-role'; member: Person; role: RoomRole }
  | { kind: 'update'; fields: RoomFields }
  | { kind: 'delete' }
  | { kind: 'ban'; member: Person }
  | { kind: 'unban'; member: Person }

export type LeaveReason = 'left' | 'removed' | 'banned'

/** A command that changes nothing is done, too. */
export type RoomDecision = { changes: RoomChange[] } | { refusal: RoomRefusal }

const nothing: RoomDecision = { changes: [] }

export function decideRoom(command: RoomCommand, facts: RoomFacts): RoomDecision {
  if (command.kind === 'create') return decideCreate(command, facts)
  const { room } = facts
  if (room === undefined || !mayRead(room, facts.callerRole)) return refuse('unknown-room')
  if (facts.callerIsBanned && !isLeaving(command, facts)) return refuse('banned')
  if (command.kind === 'update') return decideUpdate(command.changes, room, facts)
  if (command.kind === 'delete') {
    return facts.callerRole === 'owner'
      ? { changes: [{ kind: 'delete' }] }
      : lacksRights(facts, 'needs-owner')
  }
  const { target } = facts
  if (target === undefined) return refuse('unknown-user')
  if (command.kind === 'put-member') return decidePutMember(command, room, target, facts)
  if (command.kind === 'remove-member') return decideRemove(command, room, target, facts)
  return decideBan(command.kind, target, facts)
}

/** Whether someone may read a room that is not deleted. */
export function mayRead({ access }: Pick<Room, 'access'>, role: RoomRole | undefined): boolean {
  return access === 'open' || role !== undefined
}

/** 0 for someone who is not a member. */
function rankOf(role: RoomRole | undefined): number {
  return role === undefined ? 0 : roomRoles.indexOf(role) + 1
}

function outranks({ callerRole, targetRole }: RoomFacts): boolean {
  return rankOf(callerRole) > rankOf(targetRole)
}

function isModerator(role: RoomRole | undefined): boolean {
  return role === 'moderator' || role === 'owner'
}

function refuse(refusal: RoomRefusal): RoomDecision {
  return { refusal }
}

/** @param rights what a member lacks */
function lacksRights(
  { callerRole }: RoomFacts,
  rights: 'needs-moderator' | 'needs-owner' | 'not-outranked',
): RoomDecision {
  return refuse(callerRole === undefined ? 'not-a-member' : rights)
}

function isLeaving(command: RoomCommand, { caller, target }: RoomFacts): boolean {
  return command.kind === 'remove-member' && target?.id === caller.id
}

function decideCreate(
  { room, maxRooms }: RoomCommand & { kind: 'create' },
  { caller, nameIsTaken, joinedRooms }: RoomFacts,
): RoomDecision {
  if (nameIsTaken) return refuse('room-name-taken')
  if (joinedRooms >= maxRooms) return refuse('too-many-rooms')
  return {
    changes: [
      { kind: 'create', room },
      { kind: 'join', member: caller, role: 'owner' },
    ],
  }
}

function decideUpdate(wanted: RoomFields, room: Room, facts: RoomFacts): RoomDecision {
  const { callerRole } = facts
  const needsOwner = wanted.archived !== undefined || wanted.access !== undefined
  if (needsOwner && callerRole !== 'owner') return lacksRights(facts, 'needs-owner')
  if (!isModerator(callerRole)) return lacksRights(facts, 'needs-moderator')
  if (wanted.access === 'open' && room.access === 'private') return refuse('cannot-open')
  const fields: RoomFields = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => room[name as keyof RoomFields] !== value),
  )
  return Object.keys(fields).length === 0 ? nothing : { changes: [{ kind: 'update', fields }] }
}

function decidePutMember(
  { role, maxRooms, maxMembers }: RoomCommand & { kind: 'put-member' },
  room: Room,
  target: Person,
  facts: RoomFacts,
): RoomDecision {
  const { caller, callerRole, targetRole } = facts
  if (targetRole !== undefined) {
    return role === undefined || role === targetRole ? nothing : decideRole(role, target, facts)
  }
  const isJoining = target.id === caller.id
  if (!isJoining) {
    const needsModerator = room.access === 'private' || facts.targetHasLeft
    const mayAdd = needsModerator ? isModerator(callerRole) : callerRole !== undefined
    if (!mayAdd) return lacksRights(facts, 'needs-moderator')
    if (facts.targetIsBanned) return refuse('target-banned')
    if (facts.callerIsBlocked) return refuse('not-accepted')
  }
  if (role !== undefined && role !== 'member' && callerRole !== 'owner')
    return lacksRights(facts, 'needs-owner')
  if (isJoining && facts.joinedRooms >= maxRooms) return refuse('too-many-rooms')
  if (room.memberCount >= maxMembers) return refuse('room-full')
  // An archived room can be without members: who joins it is its owner.
  const given = facts.otherOwners === 0 ? 'owner' : (role ?? 'member')
  return { changes: [{ kind: 'join', member: target, role: given }] }
}

function decideRole(role: RoomRole, target: Person, facts: RoomFacts): RoomDecision {
  if (facts.callerRole !== 'owner') return lacksRights(facts, 'needs-owner')
  if (facts.targetRole === 'owner' && facts.otherOwners === 0) return refuse('last-owner')
  return { changes: [{ kind: 'set-role', member: target, role }] }
}

function decideRemove(
  command: RoomCommand,
  room: Room,
  target: Person,
  facts: RoomFacts,
): RoomDecision {
  if (facts.targetRole === undefined) return nothing
  if (isLeaving(command, facts)) return { changes: leave(room, target, facts) }
  if (!outranks(facts)) return lacksRights(facts, 'not-outranked')
  return { changes: [{ kind: 'leave', member: target, reason: 'removed' }] }
}

function decideBan(kind: 'ban' | 'unban', target: Person, facts: RoomFacts): RoomDecision {
  if (!isModerator(facts.callerRole)) return lacksRights(facts, 'needs-moderator')
  if (!outranks(facts)) return lacksRights(facts, 'not-outranked')
  if (facts.targetIsBanned === (kind === 'ban')) return nothing
  const changes: RoomChange[] = [{ kind, member: target }]
  if (kind === 'ban' && facts.targetRole !== undefined)
    changes.push({ kind: 'leave', member: target, reason: 'banned' })
  return { changes }
}

/**
 * At every id a room with members has an owner, so the next one is made before the last one leaves.
 * Nobody outranks an owner: the last owner, and the last member, go by leaving alone.
 */
function leave(room: Room, member: Person, { otherOwners, successor }: RoomFacts): RoomChange[] {
  const left: RoomChange = { kind: 'leave', member, reason: 'left' }
  if (room.memberCount > 1)
    return otherOwners > 0
      ? [left]
      : [{ kind: 'set-role', member: successor as Person, role: 'owner' }, left]
  if (room.access === 'private') return [left, { kind: 'delete' }]
  return room.archived ? [left] : [left, { kind: 'update', fields: { archived: true } }]
}
