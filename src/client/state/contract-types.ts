/** JSON that other programs keep with a message. The server gives it back equal. */
export type Metadata = { readonly [name: string]: unknown }

/** The reactions to a message with one emoji. */
export interface Reaction {
  readonly emoji: string
  readonly count: number
  /** Whether the user is among them. */
  readonly me: boolean
  /** The first 20 usernames, in the order in which they reacted. */
  readonly by: readonly string[]
}

/** What messages of any kind have. */
export interface MessageFields {
  readonly id: number
  /** The username of the sender. */
  readonly from: string
  readonly text: string
  /** RFC 3339 in UTC. */
  readonly sentAt: string
  /** The id of the message that this one answers, in the same conversation. */
  readonly replyTo?: number
  readonly metadata?: Metadata
  /** RFC 3339 in UTC; only if it was edited. */
  readonly editedAt?: string
  /** Usernames, 20 at most. */
  readonly mentions?: readonly string[]
  /** Only on pages, by id and on kept messages. */
  readonly reactions?: readonly Reaction[]
  /** RFC 3339 in UTC. A deleted message is a tombstone: its `text` is empty. */
  readonly deletedAt?: string
}

/** A message of any kind, as the server tells it. */
export type ChatMessage = MessageFields &
  ({ kind: 'broadcast' } | { kind: 'direct'; to: string } | { kind: 'room'; room: string })

/** A page of messages, ascending by id. */
export interface ChatMessagePage {
  readonly messages: readonly ChatMessage[]
  readonly more: boolean
  readonly cursor: string
}

/** `everyone`, `room:<name>` or `direct:<username>`. */
export type ConversationId = string

/** A conversation as `GET /v1/conversations` lists it. */
export interface ConversationSummary {
  readonly id: ConversationId
  readonly title?: string
  /** The newest message; a tombstone, too. */
  readonly last: ChatMessage | null
  /** The id of `last`, else of the entry by which the user joined, else 0. */
  readonly lastId: number
  /** The user has read what has an id up to this one. */
  readonly readUpTo: number
  /** Of others, after `readUpTo`, not deleted; at most 100. */
  readonly unread: number
  /** Those of `unread` that mention the user; at most 100. */
  readonly mentioned: number
  readonly muted: boolean
  /** The id of the log at which it was counted. */
  readonly asOf: number
}

/** A page of conversations, the one with the newest message first. */
export interface ConversationPage {
  readonly conversations: readonly ConversationSummary[]
  readonly more: boolean
  readonly cursor: string
}

/** In rising order of rights. */
export type RoomRole = 'member' | 'moderator' | 'owner'

/** A room. `role` and `joinedAt` are the user's own, where they are a member. */
export interface Room {
  readonly name: string
  readonly title: string
  readonly topic: string
  readonly access: 'open' | 'private'
  readonly history: 'all' | 'since-joined'
  readonly archived: boolean
  readonly createdAt: string
  readonly memberCount: number
  readonly role?: RoomRole
  readonly joinedAt?: string
}

/** A member of a room. */
export interface RoomMember {
  readonly username: string
  readonly displayName?: string
  readonly role: RoomRole
  readonly joinedAt: string
  readonly online: boolean
}

/** A page of members, by name. */
export interface MemberPage {
  readonly members: readonly RoomMember[]
  readonly count: number
  readonly more: boolean
}
