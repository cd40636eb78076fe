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

/** An account as it is now. What it does not have is left out. */
export interface UserState {
  readonly id: number
  readonly username: string
  readonly createdAt: string
  readonly role: 'member' | 'moderator' | 'admin'
  readonly displayName?: string
  readonly bot?: true
  readonly closed?: true
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
  | { readonly type: 'user.updated'; readonly updated: { readonly user: UserState } }
