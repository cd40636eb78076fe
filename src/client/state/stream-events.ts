import type { MessageEvent, ObrolEvent } from '../types.ts'
import type { ChatMessage, ConversationId, Room, RoomRole } from './contract-types.ts'

/** An event of an entry of the log. */
export interface LogEvent<Type extends string> {
  readonly type: Type
  /** The `id:` of the event. */
  readonly cursor: string
}

/** A reaction was added or removed. `count` is that of the emoji as of now. */
export interface ReactionChange {
  readonly messageId: number
  /** Only if the message is in a room. */
  readonly room?: string
  readonly by: string
  readonly emoji: string
  readonly count: number
}

/** The user became a member. */
export interface Joined {
  /** Its name alone if the user may no longer read it. */
  readonly room: Room | { readonly name: string }
  readonly role: RoomRole
  readonly by: string
}

/** The user is no longer a member. */
export interface Left {
  readonly room: string
  readonly by: string
  readonly reason: 'left' | 'removed' | 'banned'
}

/** Someone became or is no longer a member, or has another role. */
export interface MemberChange {
  readonly room: string
  readonly username: string
  readonly role: RoomRole
  readonly by: string
  readonly memberCount: number
}

/** Who is writing: at most 5 names, and whether there are more. */
export interface Typing {
  readonly conversation: ConversationId
  readonly usernames: readonly string[]
  readonly more?: boolean
}

/** The user has read a conversation, on this device or another. */
export interface Read {
  readonly conversation: ConversationId
  readonly upTo: number
}

/** A tombstone, and who deleted the message. */
export type Deletion = ChatMessage & { readonly by?: string }

/** An event about a message as it is now. */
export type MessageChangeEvent =
  | (LogEvent<'message.updated'> & { readonly message: ChatMessage })
  | (LogEvent<'message.deleted'> & { readonly message: Deletion })

export type ReactionEvent = LogEvent<'reaction.added' | 'reaction.removed'> & {
  readonly reaction: ReactionChange
}

export type MemberEvent = LogEvent<'member.joined' | 'member.left' | 'member.updated'> & {
  readonly member: MemberChange
}

/** The events of rooms and of messages that change. */
export type RoomsEvent =
  | MessageChangeEvent
  | ReactionEvent
  | MemberEvent
  | (LogEvent<'messages.erased'> & { readonly erased: { readonly from: string } })
  | (LogEvent<'room.joined'> & { readonly joined: Joined })
  | (LogEvent<'room.left'> & { readonly left: Left })
  | (LogEvent<'room.updated'> & { readonly room: Room })
  | (LogEvent<'room.deleted'> & { readonly deleted: { readonly room: string } })
  | { readonly type: 'typing'; readonly typing: Typing }
  | { readonly type: 'read'; readonly read: Read }

/** An event of any kind: those of `ObrolClient.events()`, and the ones of rooms. */
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
const notInLog = ['ready', 'heartbeat', 'reset', 'presence', 'typing', 'read']

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
