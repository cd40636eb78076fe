import type { HistoryPage, Message, Reset } from '../../client/index.ts'
import {
  type ConversationKey,
  conversationOf,
  foldName,
  isShown,
  partnerOf,
  room,
} from './conversation-key.ts'
import { mergeMessages, messagesFrom } from './messages.ts'

/** The loaded messages of the room or with one user. */
export interface Conversation {
  readonly key: ConversationKey
  /** The other user's name; empty for the room. */
  readonly name: string
  /** Ascending by id. There may be gaps before `completeFrom`. */
  readonly messages: readonly Message[]
  /** No message from this id on is missing; `Infinity` if none was loaded. */
  readonly completeFrom: number
  /** The user has read the messages up to this id. */
  readonly read: number
}

/** All conversations of a user. Immutable. */
export interface Chat {
  readonly me: string
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>
  /** In no conversation is a message from this id on missing. */
  readonly completeFrom: number
  /** The highest id seen. */
  readonly head: number
  /** Counts resets. A page that was requested before a reset must not be added after it. */
  readonly generation: number
}

/** Stored for each conversation. */
interface ReadMarker {
  readonly name: string
  readonly read: number
}

/** By the conversation's key. */
export type ReadMarkers = Readonly<Record<ConversationKey, ReadMarker>>

/** The room and the conversations of earlier visits, without messages. */
export function emptyChat(me: string, markers: ReadMarkers): Chat {
  const conversations = new Map<ConversationKey, Conversation>()
  for (const [key, { name, read }] of [
    [room, { name: '', read: -1 }],
    ...Object.entries(markers),
  ] as [ConversationKey, ReadMarker][])
    conversations.set(key, { key, name, messages: [], completeFrom: Infinity, read })
  return { me, conversations, completeFrom: Infinity, head: 0, generation: 0 }
}

/** Adds the conversation with a user if it is not there. */
export function withConversation(chat: Chat, name: string): Chat {
  const key = foldName(name)
  if (chat.conversations.has(key)) return chat
  return replace(chat, { key, name, messages: [], completeFrom: Infinity, read: chat.head })
}

/** Adds messages of the stream or of responses to POSTs. Returns `chat` itself if none is new. */
export function addMessages(chat: Chat, messages: readonly Message[]): Chat {
  return add(chat, messages, (message) => message.id - 1)
}

/**
 * Adds a page of the history: the newest, or the one before the oldest loaded message.
 *
 * @param partner the other user, if it is a page of one direct conversation
 */
export function addPage(chat: Chat, page: HistoryPage, partner?: string): Chat {
  const [first] = page.messages
  const from = page.more && first ? first.id : 0
  // On the first visit all earlier messages count as read.
  const firstVisit = chat.completeFrom === Infinity
  const read = firstVisit ? (page.messages.at(-1)?.id ?? 0) : chat.head
  let next = add(chat, page.messages, () => read)
  if (partner === undefined) next = { ...next, completeFrom: Math.min(next.completeFrom, from) }
  else {
    const held = next.conversations.get(foldName(partner))
    if (held) next = replace(next, { ...held, completeFrom: Math.min(held.completeFrom, from) })
  }
  const roomConversation = next.conversations.get(room) as Conversation
  return roomConversation.read < 0 && partner === undefined ? markRead(next, room, read) : next
}

/**
 * Removes the messages that are no longer in the log.
 *
 * @param next the messages right after it: in a new epoch, loaded messages past `from` were lost
 *   unless they are among these
 */
export function applyReset(
  chat: Chat,
  { reason, from, oldest, head }: Reset,
  next: readonly Message[] = [],
): Chat {
  const isEpoch = reason === 'new-epoch'
  const last = reason === 'trimmed' ? Infinity : isEpoch ? lastConfirmedId(chat, from, next) : from
  const first = isEpoch ? 0 : oldest
  // Another tab may have read messages that this one has not loaded.
  const newest = isEpoch ? Math.max(head, next.at(-1)?.id ?? 0) : last
  const conversations = new Map<ConversationKey, Conversation>()
  for (const [key, held] of chat.conversations)
    conversations.set(key, {
      ...held,
      messages: held.messages.filter(({ id }) => id >= first && id <= last),
      // Removed messages are not missing, and void ones were not read.
      completeFrom: Math.min(held.completeFrom, last + 1),
      read: Math.min(held.read, last, newest),
    })
  return {
    ...chat,
    conversations,
    completeFrom: Math.min(chat.completeFrom, last + 1),
    head: Math.min(chat.head, last),
    generation: chat.generation + 1,
  }
}

/** The last id before the first loaded message past `from` that was lost; `Infinity` if none was. */
function lastConfirmedId(chat: Chat, from: number, again: readonly Message[]): number {
  const byId = new Map(again.map((message) => [message.id, message]))
  const lost = [...chat.conversations.values()]
    .flatMap(({ messages }) => messagesFrom(messages, from + 1))
    .filter((held) => !isSame(held, byId.get(held.id)))
  return Math.min(...lost.map(({ id }) => id)) - 1
}

function isSame(one: Message, other: Message | undefined): boolean {
  return one.from === other?.from && one.text === other.text && one.sentAt === other.sentAt
}

/** Marks messages up to `id` as read. The marker does not move back. */
export function markRead(chat: Chat, key: ConversationKey, id: number): Chat {
  const held = chat.conversations.get(key)
  return held && held.read < id ? replace(chat, { ...held, read: id }) : chat
}

/**
 * Removes the oldest messages of the room if it has more than twice `maxMessages`, so that a page
 * that stays open for weeks does not grow. They can be loaded again.
 */
export function trimRoom(chat: Chat, maxMessages: number): Chat {
  const held = chat.conversations.get(room) as Conversation
  if (held.messages.length <= 2 * maxMessages) return chat
  const messages = held.messages.slice(-maxMessages)
  const [{ id }] = messages as unknown as [Message]
  const conversations = new Map(chat.conversations)
  for (const [key, each] of conversations)
    conversations.set(key, {
      ...each,
      completeFrom: Math.min(each.completeFrom, chat.completeFrom),
    })
  conversations.set(room, { ...held, messages, completeFrom: id })
  return { ...chat, conversations, completeFrom: id }
}

/** The messages after the last gap. */
export function visibleMessages(chat: Chat, held: Conversation): readonly Message[] {
  return messagesFrom(held.messages, completeFromOf(chat, held))
}

/** The conversation has no gap from this id on; 0: all is loaded, `Infinity`: nothing is. */
export function completeFromOf(chat: Chat, held: Conversation): number {
  return Math.min(held.completeFrom, chat.completeFrom)
}

/** The number of unread messages of other users. */
export function unreadCount(chat: Chat, held: Conversation): number {
  return messagesFrom(held.messages, held.read + 1).filter(({ from }) => from !== chat.me).length
}

/** The room first, then by the last message. */
export function sortedConversations(chat: Chat): Conversation[] {
  const last = ({ messages }: Conversation) => messages.at(-1)?.id ?? 0
  return [...chat.conversations.values()].sort((a, b) => {
    const roomFirst = Number(b.key === room) - Number(a.key === room)
    return roomFirst || last(b) - last(a) || a.name.localeCompare(b.name)
  })
}

export function readMarkersOf(chat: Chat): ReadMarkers {
  return Object.fromEntries(
    [...chat.conversations.values()].map(({ key, name, read }) => [key, { name, read }]),
  )
}

/** Takes over the read markers of another tab. */
export function mergeReadMarkers(chat: Chat, markers: ReadMarkers): Chat {
  let next = chat
  for (const [key, { name, read }] of Object.entries(markers)) {
    if (key !== room) next = withConversation(next, name)
    next = markRead(next, key, read)
  }
  return next
}

/** Adds messages to their conversations; `readOf` gives the read marker of a new conversation. */
function add(chat: Chat, messages: readonly Message[], readOf: (first: Message) => number): Chat {
  const byKey = Map.groupBy(messages.filter(isShown), (message) => conversationOf(message, chat.me))
  let next = chat
  for (const [key, more] of byKey) {
    const [first] = more as [Message]
    const held = chat.conversations.get(key) ?? {
      key,
      name: partnerOf(first, chat.me),
      messages: [],
      completeFrom: Infinity,
      read: readOf(first),
    }
    const merged = mergeMessages(held.messages, more)
    if (merged !== held.messages) next = replace(next, { ...held, messages: merged })
  }
  const head = messages.reduce((highest, { id }) => Math.max(highest, id), chat.head)
  return head === chat.head ? next : { ...next, head }
}

function replace(chat: Chat, conversation: Conversation): Chat {
  const conversations = new Map(chat.conversations).set(conversation.key, conversation)
  return { ...chat, conversations }
}
