import { isDeepStrictEqual } from 'node:util'
import { asOf, type Log, never, stayOf } from './model.ts'
import { isKnown } from './people.ts'
import { hasReacted, mentioned, tell } from './telling.ts'
import type { Entry, Message, Role, Room, RoomFields } from './types.ts'

/** A call that changes a room or a message. */
export type Change =
  | {
      does: 'make'
      name: string
      access: RoomFields['access']
      history: Room['history']
      key?: string | undefined
    }
  | { does: 'put'; room: string; person: string; role?: Role | undefined }
  | { does: 'remove' | 'ban' | 'unban'; room: string; person: string }
  | { does: 'set'; room: string; fields: Partial<RoomFields> }
  | { does: 'delete-room'; room: string }
  | { does: 'edit'; id: number; text?: string; metadata?: object | null }
  | { does: 'delete'; id: number }
  | { does: 'react' | 'unreact'; id: number; emoji: string }

/** What a change comes to: a problem, or its entries; `also` is what else it does. */
export type Decision = { refusal: string } | { entries: Entry[]; also?: () => void }

const ranks: (Role | undefined)[] = [undefined, 'member', 'moderator', 'owner']

/** What a person's change comes to as things are. Who may do what is from the table in the docs of rooms. */
export function decide(log: Log, by: string, change: Change): Decision {
  if ('id' in change) return decideMessage(log, by, change)
  if (change.does === 'make') return decideMaking(log, by, change)
  const room = log.roomNamed(change.room, by)
  if (!room) return { refusal: 'unknown-room' }
  const number = log.rooms.indexOf(room)
  const audience = { room: number }
  const roleOf = (person: string): Role | undefined => {
    const stay = stayOf(person, room, log.head)
    return stay && asOf(stay.roles, log.head)
  }
  const rankOf = (person: string) => ranks.indexOf(roleOf(person))
  const refusal = { refusal: rankOf(by) > 0 ? 'forbidden' : 'not-a-member' }
  const leaves = change.does === 'remove' && change.person === by
  if (room.banned.includes(by) && !leaves) return { refusal: 'forbidden' }
  const { does } = change
  if (does === 'set') {
    const { fields } = change
    const was = asOf(room.versions, log.head)
    const needed = 'access' in fields || 'archived' in fields ? 3 : 2
    if (rankOf(by) < needed) return refusal
    if (fields.access === 'open' && was.access === 'private') return { refusal: 'cannot-open' }
    const is = { ...was, ...fields }
    if (isDeepStrictEqual(is, was)) return { entries: [] }
    return { entries: [{ by, audience, kind: 'room-updated', fields: is }] }
  }
  if (does === 'delete-room')
    return rankOf(by) === 3 ? { entries: [{ by, audience, kind: 'room-deleted' }] } : refusal
  const { person } = change
  if (!isKnown(person)) return { refusal: 'unknown-person' }
  const present = room.stays.filter(({ to }) => to === never)
  const otherOwners = present.some(
    (stay) => stay.person !== person && roleOf(stay.person) === 'owner',
  )
  const { access, archived } = asOf(room.versions, log.head)
  if (does === 'put') {
    const { role } = change
    const was = roleOf(person)
    if (was !== undefined) {
      if (role === undefined || role === was) return { entries: [] }
      if (rankOf(by) < 3) return refusal
      if (was === 'owner' && !otherOwners) return { refusal: 'last-owner' }
      return { entries: [{ by, audience, kind: 'role', member: person, role }] }
    }
    if (person !== by) {
      const hadLeft = room.stays.some((stay) => stay.person === person && stay.to >= log.oldest)
      if (rankOf(by) < (access === 'private' || hadLeft ? 2 : 1)) return refusal
      if (room.banned.includes(person)) return { refusal: 'forbidden' }
    }
    if (role !== undefined && role !== 'member' && rankOf(by) < 3) return refusal
    const given = otherOwners ? (role ?? 'member') : 'owner'
    return { entries: [{ by, audience, kind: 'joined', member: person, role: given }] }
  }
  const left: Entry = { by, audience, kind: 'left', member: person, reason: 'left' }
  if (does === 'remove') {
    if (rankOf(person) === 0) return { entries: [] }
    if (person !== by)
      return rankOf(by) > rankOf(person) ? { entries: [{ ...left, reason: 'removed' }] } : refusal
    const others = present.filter((stay) => stay.person !== person)
    const heir = others.find((stay) => roleOf(stay.person) === 'moderator') ?? others[0]
    if (heir)
      return otherOwners
        ? { entries: [left] }
        : { entries: [{ by, audience, kind: 'role', member: heir.person, role: 'owner' }, left] }
    if (access === 'private') return { entries: [left, { by, audience, kind: 'room-deleted' }] }
    const fields = { ...asOf(room.versions, log.head), archived: true }
    return {
      entries: [
        left,
        ...(archived ? [] : [{ by, audience, kind: 'room-updated', fields } as Entry]),
      ],
    }
  }
  if (rankOf(by) < 2 || rankOf(by) <= rankOf(person)) return refusal
  const banned = room.banned.filter((name) => name !== person)
  if (does === 'ban') banned.push(person)
  const also = () => {
    room.banned = banned
  }
  const isMember = does === 'ban' && rankOf(person) > 0
  return { entries: isMember ? [{ ...left, reason: 'banned' }] : [], also }
}

function decideMaking(log: Log, by: string, change: Extract<Change, { does: 'make' }>): Decision {
  const { name, access, history } = change
  if (history === 'since-joined' && access === 'open') return { refusal: 'invalid-request' }
  if (log.rooms.some((room) => room.name === name && room.deleted === never))
    return { refusal: 'room-name-taken' }
  const fields = { title: name, topic: '', access, archived: false }
  const versions = [{ at: log.head + 1, is: fields }]
  const room: Room = {
    name,
    history,
    createdAt: '',
    versions,
    stays: [],
    banned: [],
    deleted: never,
  }
  const audience = { room: log.rooms.length }
  return {
    entries: [{ by, audience, kind: 'joined', member: by, role: 'owner' }],
    also: () => void log.rooms.push(room),
  }
}

function decideMessage(log: Log, by: string, change: Extract<Change, { id: number }>): Decision {
  const { id: about } = change
  const said = log.said[about]
  if (!said || about < log.oldest || about > log.head || !log.mayRead(by, about))
    return { refusal: 'not-found' }
  const { audience, by: sender } = log.entry(about)
  const room = log.roomOf(audience)
  const stay = room && stayOf(by, room, log.head)
  if (change.does === 'delete') {
    const moderates = stay && asOf(stay.roles, log.head) !== 'member'
    if (sender !== by && !moderates) return { refusal: 'forbidden' }
    return { entries: said.deleted === never ? [{ by, audience, kind: 'deleted', about }] : [] }
  }
  if (room?.banned.includes(by)) return { refusal: 'forbidden' }
  if (room && !stay) return { refusal: 'not-a-member' }
  if (change.does === 'edit' && sender !== by) return { refusal: 'forbidden' }
  if (room && asOf(room.versions, log.head).archived) return { refusal: 'room-archived' }
  if (said.deleted !== never) return { refusal: 'message-deleted' }
  if (change.does === 'edit') {
    const was = tell(log, about)
    const message = edited(log, was, change)
    return {
      entries: isDeepStrictEqual(message, was)
        ? []
        : [{ by, audience, kind: 'updated', about, message }],
    }
  }
  if (hasReacted(log, about, change.emoji, by) === (change.does === 'react')) return { entries: [] }
  const kind = change.does === 'react' ? 'reacted' : 'unreacted'
  return { entries: [{ by, audience, kind, about, emoji: change.emoji }] }
}

function edited(log: Log, was: Message, change: Extract<Change, { does: 'edit' }>): Message {
  const { text, metadata } = change
  const is = { ...was, ...(text !== undefined && { text }) }
  if (metadata === null) delete is.metadata
  else if (metadata !== undefined) is.metadata = metadata
  if (text === undefined || isDeepStrictEqual(is, was)) return is
  // Whoever sends a text has it judged anew, also the same text with other metadata.
  const mentions = mentioned(log, text, was.id)
  if (mentions.length > 0) is.mentions = mentions
  else delete is.mentions
  return is
}

/** Takes a change into the log, with the times that its answer told. */
export function apply(
  log: Log,
  { entries, also }: Extract<Decision, { entries: Entry[] }>,
  answer: { body: Record<string, string> },
): void {
  also?.()
  const { createdAt, joinedAt, editedAt } = answer.body ?? {}
  const until = log.head + entries.length
  for (const entry of entries) {
    entry.until = until
    const room = log.roomOf(entry.audience)
    if (entry.kind === 'joined') {
      entry.time = joinedAt as string
      if (createdAt !== undefined && room) room.createdAt = createdAt
    } else if (entry.kind === 'updated') {
      entry.time = editedAt as string
      entry.message = { ...entry.message, editedAt: editedAt as string }
    }
    log.append(entry)
  }
}
