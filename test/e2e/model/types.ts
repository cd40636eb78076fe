/** A message as clients see it. */
export interface Message {
  id: number
  kind: 'broadcast' | 'direct' | 'room'
  from: string
  to?: string
  room?: string
  text: string
  sentAt: string
  replyTo?: number
  metadata?: object
  mentions?: string[]
  editedAt?: string
}

export type Role = 'member' | 'moderator' | 'owner'

/** What of a room can change. */
export interface RoomFields {
  title: string
  topic: string
  access: 'open' | 'private'
  archived: boolean
}

/** What an entry is about: everyone, the people of a direct conversation, or a room by its number. */
export type Audience = 'everyone' | { between: string[] } | { room: number }

/**
 * An entry of the log; its id is its place. `time` is left out where no answer told it; `until` is the last
 * entry of what one call did.
 */
export type Entry = { by: string; audience: Audience; time?: string; until?: number } & (
  | { kind: 'message'; message: Message }
  | { kind: 'updated'; about: number; message: Message }
  | { kind: 'deleted'; about: number }
  | { kind: 'reacted' | 'unreacted'; about: number; emoji: string }
  | { kind: 'joined' | 'role'; member: string; role: Role }
  | { kind: 'left'; member: string; reason: 'left' | 'removed' | 'banned' }
  | { kind: 'room-updated'; fields: RoomFields }
  | { kind: 'room-deleted' }
)

/** What has held since an entry. */
export interface Since<Of> {
  at: number
  is: Of
}

/** What was said, with all that became of it. */
export interface Said {
  versions: Since<Message>[]
  reactions: Since<{ by: string; emoji: string; stands: boolean }>[]
  /** The entry of its deletion. */
  deleted: number
}

/** A membership, from the entry that began it to the one that ended it. */
export interface Stay {
  person: string
  from: number
  to: number
  joinedAt: string
  roles: Since<Role>[]
}

export interface Room {
  name: string
  history: 'all' | 'since-joined'
  createdAt: string
  versions: Since<RoomFields>[]
  stays: Stay[]
  /** Who is banned now. */
  banned: string[]
  /** The entry of its deletion. */
  deleted: number
}

/** Where a cursor stands, and what its reader must be told of it. */
export interface Placed {
  position: number
  reset: { reason: 'trimmed' | 'ahead' | 'rewound' | 'new-epoch'; from: number } | null
}

/** Which page of history; with `room` that of the room. */
export interface PageWanted {
  after?: number
  before?: number
  limit: number
  with?: string
  room?: string
}
