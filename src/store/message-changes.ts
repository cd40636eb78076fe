import type { MentionCandidates, MessageEntry } from './message-log.ts'
import type { Person } from './person.ts'
import type { RoomRole } from './room.ts'

/**
 * Who may change a message. Both stores read the facts and write the change, each in a transaction that
 * holds the log's lock; what follows from the facts is decided here alone.
 */

/** What a caller wants. `id` is the message's. */
export type ChangeCommand =
  | {
      kind: 'edit'
      id: number
      /** Undefined: as it is. */
      text: { value: string; mentions: MentionCandidates } | undefined
      /** JSON text of an object; null takes it away; undefined: as it is. */
      metadata: string | null | undefined
      /** EDIT_MINUTES, in ms; undefined: for ever. */
      maxAgeMs: number | undefined
    }
  | { kind: 'delete'; id: number }
  | { kind: 'react' | 'unreact'; id: number; emoji: string }

/** What a decision needs to know, as it is in the transaction. */
export interface ChangeFacts {
  caller: Person
  /** Unix milliseconds by the store's clock. */
  now: number
  /** Undefined where there is none or the caller may not see it. */
  message: MessageEntry | undefined
  /** Of the message's room, if it was sent to one. Who is banned is no member. */
  room: { archived: boolean; callerRole: RoomRole | undefined; callerIsBanned: boolean } | undefined
  /** Of a direct message: whether the other person has blocked the caller. */
  isBlocked: boolean
  /** Of `react` and `unreact`: whether the caller has reacted so. */
  hasReacted: boolean
  /** Of `react`: how many different emoji the message has, without this one. */
  otherEmoji: number
}

export type ChangeRefusal =
  | 'session-ended'
  | 'unknown-message'
  /** The caller is banned from its room. */
  | 'banned'
  /** Of an edit: the caller did not write it. */
  | 'not-sender'
  /** Of a deletion: nor may the caller moderate its room. */
  | 'not-sender-or-moderator'
  | 'not-a-member'
  /** The other person of the direct conversation has blocked the caller. */
  | 'not-accepted'
  | 'room-archived'
  | 'message-deleted'
  | 'too-late'
  | 'too-many-reactions'

/** `change` is false where it is so already: then nothing is written, and the call is done. */
export type ChangeDecision = { change: boolean } | { refusal: ChangeRefusal }

export type ChangeOutcome =
  /** The message as it is now, without reactions. */
  { kind: 'done'; message: MessageEntry; changed: boolean } | { kind: ChangeRefusal }

/** Different emoji of one message. */
const maxEmoji = 20

/** The order of refusals: what the caller cannot see, the room's ban, rights, and what stands against it. */
export function decideChange(command: ChangeCommand, facts: ChangeFacts): ChangeDecision {
  const { message } = facts
  if (message === undefined) return { refusal: 'unknown-message' }
  if (command.kind === 'delete') return decideDeletion(message, facts)
  const refusal = lacksRights(command, message, facts) ?? stateRefusal(command, message, facts)
  if (refusal !== undefined) return { refusal }
  if (command.kind === 'edit') return { change: changesMessage(command, message) }
  if (facts.hasReacted || command.kind === 'unreact')
    return { change: facts.hasReacted === (command.kind === 'unreact') }
  return facts.otherEmoji >= maxEmoji ? { refusal: 'too-many-reactions' } : { change: true }
}

/** The sender may delete wherever they may read it, also from a room that has banned them. */
function decideDeletion(message: MessageEntry, { caller, room }: ChangeFacts): ChangeDecision {
  if (message.from.id !== caller.id && !isModerator(room?.callerRole))
    return { refusal: 'not-sender-or-moderator' }
  return { change: message.deletedAt === undefined }
}

function isModerator(role: RoomRole | undefined): boolean {
  return role === 'moderator' || role === 'owner'
}

function lacksRights(
  { kind }: ChangeCommand,
  message: MessageEntry,
  { caller, room, isBlocked }: ChangeFacts,
): ChangeRefusal | undefined {
  if (room?.callerIsBanned) return 'banned'
  if (room && room.callerRole === undefined) return 'not-a-member'
  if (kind === 'edit' && message.from.id !== caller.id) return 'not-sender'
  // Who is blocked may still take back what they said.
  return isBlocked && kind !== 'unreact' ? 'not-accepted' : undefined
}

function stateRefusal(
  command: ChangeCommand,
  message: MessageEntry,
  { room, now }: ChangeFacts,
): ChangeRefusal | undefined {
  if (room?.archived) return 'room-archived'
  if (message.deletedAt !== undefined) return 'message-deleted'
  const maxAgeMs = command.kind === 'edit' ? command.maxAgeMs : undefined
  return maxAgeMs !== undefined && now - message.sentAt > maxAgeMs ? 'too-late' : undefined
}

function changesMessage(
  { text, metadata }: ChangeCommand & { kind: 'edit' },
  message: MessageEntry,
): boolean {
  if (text !== undefined && text.value !== message.text) return true
  return metadata !== undefined && !isSameJson(metadata, message.metadata ?? null)
}

function isSameJson(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other
  return one === other || jsonInOrder(one) === jsonInOrder(other)
}

/** The same JSON, whatever the order of the names in its objects was. */
export function jsonInOrder(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (_name, value) => (isObject(value) ? sorted(value) : value)),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(object: object): object {
  const entries = Object.entries(object)
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}
