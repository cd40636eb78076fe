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
  /** Of the message's room, if it was sent to one. */
  room: { archived: boolean; callerRole: RoomRole | undefined; callerIsBanned: boolean } | undefined
  /** Of `react` and `unreact`: whether the caller has reacted so. */
  hasReacted: boolean
  /** Of `react`: how many different emoji the message has, without this one. */
  otherEmoji: number
}

export type ChangeRefusal =
  | 'session-ended'
  | 'unknown-message'
  | 'forbidden'
  | 'not-a-member'
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

export function decideChange(command: ChangeCommand, facts: ChangeFacts): ChangeDecision {
  const { message } = facts
  if (message === undefined) return { refusal: 'unknown-message' }
  if (command.kind === 'delete') return decideDeletion(message, facts)
  const refusal = roomRefusal(facts)
  if (refusal !== undefined) return { refusal }
  if (command.kind === 'edit') return decideEdit(command, message, facts)
  if (message.deletedAt !== undefined) return { refusal: 'message-deleted' }
  if (command.kind === 'unreact') return { change: facts.hasReacted }
  if (facts.hasReacted) return { change: false }
  return facts.otherEmoji >= maxEmoji ? { refusal: 'too-many-reactions' } : { change: true }
}

/** The sender may delete wherever they may read it, a room's moderators in it. */
function decideDeletion(message: MessageEntry, { caller, room }: ChangeFacts): ChangeDecision {
  const moderates = room !== undefined && !room.callerIsBanned && isModerator(room.callerRole)
  if (message.from.id !== caller.id && !moderates) return { refusal: 'forbidden' }
  return { change: message.deletedAt === undefined }
}

function isModerator(role: RoomRole | undefined): boolean {
  return role === 'moderator' || role === 'owner'
}

function roomRefusal({ room }: ChangeFacts): ChangeRefusal | undefined {
  if (room === undefined) return undefined
  if (room.callerIsBanned) return 'forbidden'
  if (room.callerRole === undefined) return 'not-a-member'
  return room.archived ? 'room-archived' : undefined
}

function decideEdit(
  { text, metadata, maxAgeMs = Number.POSITIVE_INFINITY }: ChangeCommand & { kind: 'edit' },
  message: MessageEntry,
  { caller, now }: ChangeFacts,
): ChangeDecision {
  if (message.from.id !== caller.id) return { refusal: 'forbidden' }
  if (message.deletedAt !== undefined) return { refusal: 'message-deleted' }
  if (now - message.sentAt > maxAgeMs) return { refusal: 'too-late' }
  const changesText = text !== undefined && text.value !== message.text
  const changesMetadata = metadata !== undefined && metadata !== (message.metadata ?? null)
  return { change: changesText || changesMetadata }
}
