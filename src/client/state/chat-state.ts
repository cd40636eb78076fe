import type { ChatMessage, ConversationId, Reaction, Room, RoomRole } from './contract-types.ts'
import type { StateEvent } from './stream-events.ts'

/** How much is held. What is let go can be asked for again. */
export interface Bounds {
  /** Messages of an opened conversation; default 1,000. */
  readonly messages: number
  /** Messages of a conversation that is not opened; default 20. */
  readonly messagesUnopened: number
  /** Conversations; default 1,000. Those with the oldest messages are let go. */
  readonly conversations: number
  /** Members of an opened room; default 2,000. */
  readonly members: number
  /** Names of online users; default 5,000. 0: nobody is shown as online, and nothing is asked. */
  readonly online: number
  /** Names that are shown as typing in one conversation; default 20. */
  readonly typing: number
  /** Events that are kept until an answer comes, which past it is asked for again; default 1,000. */
  readonly events: number
  /** Messages in one page, 1 to 200; default 50. */
  readonly page: number
}

export const defaultBounds: Bounds = {
  messages: 1_000,
  messagesUnopened: 20,
  conversations: 1_000,
  members: 2_000,
  online: 5_000,
  typing: 20,
  events: 1_000,
  page: 50,
}

/** A message as it is held. */
export type HeldMessage = Omit<ChatMessage, 'reactions'> & {
  readonly kind: ChatMessage['kind']
  readonly to?: string
  readonly room?: string
  readonly reactions: readonly Reaction[]
  /** Changes up to this id of the log are in it. */
  readonly asOf: number
}

/** A member of an opened room. */
export interface HeldMember {
  readonly username: string
  readonly displayName?: string
  readonly role: RoomRole
  /** Unknown of those who joined since the members were read. */
  readonly joinedAt?: string
}

/** A name that is shown as typing until this time, on the clock of the actions. */
export interface Typist {
  readonly username: string
  readonly until: number
}

export interface Conversation {
  readonly id: ConversationId
  /** Of a room its title, else the name in `id`. */
  readonly title: string
  readonly last: ChatMessage | HeldMessage | null
  readonly lastId: number
  readonly readUpTo: number
  /** At most 100, as `mentioned`. */
  readonly unread: number
  readonly mentioned: number
  readonly muted: boolean
  /** `last`, `unread` and `mentioned` are those of this id of the log. */
  readonly asOf: number
  /** The counts cannot be told from events, and have been asked for. */
  readonly uncounted: boolean
  readonly opened: boolean
  /** Ascending by id. None is missing from `completeFrom` on, if `atEnd`; else up to the last. */
  readonly messages: readonly HeldMessage[]
  /** 0: there are no older ones. `Infinity`: nothing is known. */
  readonly completeFrom: number
  /** False after older pages pushed the newest messages out: open the conversation again. */
  readonly atEnd: boolean
  /** The messages have been asked for again, and those held may have changed. */
  readonly stale: boolean
  /** Every message of a page was read at this id of the log or before. */
  readonly pagesAsOf: number
  /** Of an opened room. */
  readonly room: Room | undefined
  /** Of an opened room, by username. */
  readonly members: ReadonlyMap<string, HeldMember> | undefined
  /** In the order in which they began. */
  readonly typing: readonly Typist[]
}

/** What the reducer needs to know from the server. */
export interface Ask {
  /** Of this ask alone. */
  readonly id: number
  readonly kind:
    | 'conversations'
    | 'conversation'
    | 'messages'
    | 'older'
    | 'room'
    | 'members'
    | 'online'
  /** GET this, and give back the body of the answer. */
  readonly path: string
  /** Undefined: it is about no single one. */
  readonly conversation: ConversationId | undefined
  /** Of `older`: the id before which the page ends. */
  readonly before: number | undefined
  /** What the stream told since the ask was made: the answer may be older. */
  readonly since: readonly StateEvent[]
}

/** The pages of conversations that are being read, or were read last. */
export interface Listing {
  /** The id at which the first page was read. */
  readonly asOf: number
  /** Whether all conversations are listed. */
  readonly complete: boolean
  /** Conversations that are not listed are gone. */
  readonly dropsOthers: boolean
  readonly seen: ReadonlySet<ConversationId>
}

export interface Online {
  readonly names: ReadonlySet<string>
  readonly count: number
  /** False: `names` are some of them. */
  readonly complete: boolean
}

/** A moment in what the stream told. */
export interface Place {
  /** Everything up to this id of the log has been told. */
  readonly id: number
  /** How often the log was reset; the beginning counts. */
  readonly resets: number
}

/** Everything that a chat's screen shows. Immutable. */
export interface ChatState {
  readonly me: string
  readonly bounds: Bounds
  /** Open the stream here, once it is known. */
  readonly cursor: string | undefined
  /** Pass it to `sent`, as it was before the call. */
  readonly place: Place
  /** What the caller must ask for. */
  readonly asks: readonly Ask[]
  readonly conversations: ReadonlyMap<ConversationId, Conversation>
  readonly listing: Listing
  readonly online: Online
  /** The id of the next ask. */
  readonly nextAsk: number
}

/** A conversation's messages when none is held. */
export const noMessages = {
  messages: [],
  completeFrom: Infinity,
  atEnd: true,
  pagesAsOf: 0,
} as const

/** A conversation of which nothing is known yet. */
export function emptyConversation(id: ConversationId): Conversation {
  return {
    id,
    title: id.slice(id.indexOf(':') + 1),
    last: null,
    lastId: 0,
    readUpTo: 0,
    unread: 0,
    mentioned: 0,
    muted: false,
    asOf: 0,
    uncounted: false,
    opened: false,
    ...noMessages,
    stale: false,
    room: undefined,
    members: undefined,
    typing: [],
  }
}
