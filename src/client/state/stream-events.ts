import type { MessageEvent, ObrolEvent } from '../types.ts'
import type { ChatMessage, ConversationId } from './contract-types.ts'
import type { RoomsEvent } from './event-types.ts'

/** An event of `ObrolClient.events()`, whose messages may be of any kind. */
export type StateEvent =
  | Exclude<ObrolEvent, MessageEvent>
  | (Omit<MessageEvent, 'message'> & { message: ChatMessage })
  | RoomsEvent

/** By the event's type: the field of the object that holds its data. */
const dataFields: Record<string, string> = {
  message: 'message',
  ready: 'ready',
  presence: 'presence',
  heartbeat: '',
  reset: 'reset',
  'message.updated': 'message',
  'message.deleted': 'message',
  'messages.erased': 'erased',
  'reaction.added': 'reaction',
  'reaction.removed': 'reaction',
  'room.joined': 'joined',
  'room.left': 'left',
  'room.updated': 'room',
  'room.deleted': 'deleted',
  'member.joined': 'member',
  'member.left': 'member',
  'member.updated': 'member',
  typing: 'typing',
  read: 'read',
  'user.updated': 'updated',
}

/** The events to listen to, by their names on the stream. */
export const streamEventTypes: readonly string[] = Object.keys(dataFields)

/**
 * Makes the event of a block of the stream, for readers other than `ObrolClient`, such as a plain
 * `EventSource`.
 *
 * @param data the parsed `data:`
 * @param id the `id:`; empty or undefined if it had none
 * @returns undefined for an event that is not known: pass over it
 */
export function streamEvent(type: string, data: unknown, id?: string): StateEvent | undefined {
  const field = Object.hasOwn(dataFields, type) ? dataFields[type] : undefined
  if (field === undefined) return undefined
  return { type, ...(field && { [field]: data }), cursor: id || undefined } as unknown as StateEvent
}

/** The id of the log at which a cursor stands; 0 without one. */
export function idOfCursor(cursor: string | undefined): number {
  return cursor === undefined ? 0 : Number.parseInt(cursor, 10)
}

/** An `EventSource` gives them the id of the event before. */
const notInLog = ['ready', 'heartbeat', 'reset', 'presence', 'typing', 'read', 'user.updated']

/** The id of the event's entry in the log; undefined for what is not in the log. */
export function entryId(event: StateEvent): number | undefined {
  if (notInLog.includes(event.type) || !('cursor' in event)) return undefined
  return event.cursor === undefined ? undefined : idOfCursor(event.cursor)
}

/** The conversation that a message is in, to this user; undefined for a kind that is not known. */
export function conversationOfMessage(
  message: ChatMessage,
  me: string,
): ConversationId | undefined {
  switch (message.kind) {
    case 'broadcast':
      return 'everyone'
    case 'direct':
      return `direct:${message.from === me ? message.to : message.from}`
    case 'room':
      return roomConversation(message.room)
    default:
      return undefined
  }
}

export function roomConversation(name: string): ConversationId {
  return `room:${name}`
}

/** The room's name; undefined if it is no room. */
export function roomOf(conversation: ConversationId): string | undefined {
  return conversation.startsWith('room:') ? conversation.slice(5) : undefined
}

/**
 * The conversation that an event changes; `any`: that of a message of which only the id is told;
 * undefined: none.
 */
export function conversationOf(event: StateEvent, me: string): ConversationId | 'any' | undefined {
  switch (event.type) {
    case 'message':
    case 'message.updated':
    case 'message.deleted':
      return conversationOfMessage(event.message, me)
    case 'reaction.added':
    case 'reaction.removed':
      return event.reaction.room === undefined ? 'any' : roomConversation(event.reaction.room)
    case 'member.joined':
    case 'member.left':
    case 'member.updated':
      return roomConversation(event.member.room)
    case 'room.joined':
      return roomConversation(event.joined.room.name)
    case 'room.left':
      return roomConversation(event.left.room)
    case 'room.updated':
      return roomConversation(event.room.name)
    case 'room.deleted':
      return roomConversation(event.deleted.room)
    case 'read':
      return event.read.conversation
    default:
      return undefined
  }
}
