import type { HistoryPage, Message, Reset } from '../../client/index.ts'
import { type ConversationKey, conversationOf, foldName, partnerOf, room } from './conversations.ts'
import { mergeMessages, messagesFrom } from './messages.ts'

/** What was said between the same people, as far as it is known here. */
export interface Conversation {
  readonly key: ConversationKey
  /** The other person's name; empty for the room. */
  readonly name: string
  /** Ascending by id. Before `from` there can be gaps. */
  readonly messages: readonly Message[]
  /** From this id on nothing is missing; `Infinity` while nothing was read. */
  readonly completeFrom: number
  /** What was read: everything up to this id. */
  readonly read: number
}

/** Everything that one person may see, as far as it is known here. Never changed, only replaced. */
export interface Chat {
  readonly me: string
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>
  /** From this id on nothing of any conversation is missing. */
  readonly completeFrom: number
  /** The highest id seen. */
  readonly head: number
  /** Counts resets: a page that was asked for before one must not be merged after it. */
  readonly generation: number
}

/** What is kept of a conversation from one visit to the next. */
interface ReadMarker {
  readonly name: string
  readonly read: number
}

/** By the conversation's key. */
export type ReadMarkers = Readonly<Record<ConversationKey, ReadMarker>>

/** Before anything was read: the room, and the conversations of earlier visits. */
export function emptyChat(me: string, marks: ReadMarkers): Chat {
  const conversations = new Map<ConversationKey, Conversation>()
  for (const [key, { name, read }] of [
    [room, { name: '', read: -1 }],
    ...Object.entries(marks),
  ] as [ConversationKey, ReadMarker][])
    conversations.set(key, { key, name, messages: [], completeFrom: Infinity, read })
  return { me, conversations, completeFrom: Infinity, head: 0, generation: 0 }
}

/** With the conversation with someone, which may be new. */
export function withConversation(chat: Chat, name: string): Chat {
  const key = foldName(name)
  if (chat.conversations.has(key)) return chat
  return replace(chat, { key, name, messages: [], completeFrom: Infinity, read: chat.head })
}

/** Takes in what came on the stream or as a post's answer. What is there already changes nothing. */
export function addMessages(chat: Chat, messages: readonly Message[]): Chat {
  return add(chat, messages, (message) => message.id - 1)
}

/**
 * Takes in a page of the history: the newest, or the one before the oldest that is held.
 *
 * @param partner whose direct conversation it is of; undefined: of everything
 */
export function addPage(chat: Chat, page: HistoryPage, partner?: string): Chat {
  const [first] = page.messages
  const from = page.more && first ? first.id : 0
  // What a first visit finds is no news.
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
 * Forgets what the log no longer holds.
 *
 * @param next what came right after it: in a new epoch what is held past the cursor was lost, but
 *   where it comes again
 */
export function applyReset(
  chat: Chat,
  { reason, from, oldest, head }: Reset,
  next: readonly Message[] = [],
): Chat {
  const isEpoch = reason === 'new-epoch'
  const last = reason === 'trimmed' ? Infinity : isEpoch ? lastConfirmedId(chat, from, next) : from
  const first = isEpoch ? 0 : oldest
  // Another tab may have read what this one does not hold.
  const newest = isEpoch ? Math.max(head, next.at(-1)?.id ?? 0) : last
  const conversations = new Map<ConversationKey, Conversation>()
  for (const [key, held] of chat.conversations)
    conversations.set(key, {
      ...held,
      messages: held.messages.filter(({ id }) => id >= first && id <= last),
      // What is gone is missed no longer; what was read of a void log was not read.
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

/** The last id before what is held past an id and did not come again; `Infinity`: all of it did. */
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

/** Everything up to `id` was read. What was read once stays read. */
export function markRead(chat: Chat, key: ConversationKey, id: number): Chat {
  const held = chat.conversations.get(key)
  return held && held.read < id ? replace(chat, { ...held, read: id }) : chat
}

/**
 * Lets the oldest of the room go where twice as many are held as need be, so that a page that is
 * left open for weeks does not grow. What is gone can be read again on the way up.
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

/** What can be shown of a conversation without a gap. */
export function visibleMessages(chat: Chat, held: Conversation): readonly Message[] {
  return messagesFrom(held.messages, completeFromOf(chat, held))
}

/** From which id on a conversation is held without a gap; 0: all of it, `Infinity`: nothing. */
export function completeFromOf(chat: Chat, held: Conversation): number {
  return Math.min(held.completeFrom, chat.completeFrom)
}

/** How many messages of others were not read. */
export function unreadCount(chat: Chat, held: Conversation): number {
  return messagesFrom(held.messages, held.read + 1).filter(({ from }) => from !== chat.me).length
}

/** The room, then the people with whom it was talked last. */
export function sortedConversations(chat: Chat): Conversation[] {
  const last = ({ messages }: Conversation) => messages.at(-1)?.id ?? 0
  return [...chat.conversations.values()].sort((a, b) => {
    const roomFirst = Number(b.key === room) - Number(a.key === room)
    return roomFirst || last(b) - last(a) || a.name.localeCompare(b.name)
  })
}

/** What to keep for the next visit. */
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

/** With messages in their conversations; `readOf` is what counts as read of a new conversation. */
function add(chat: Chat, messages: readonly Message[], readOf: (first: Message) => number): Chat {
  const byKey = Map.groupBy(messages, (message) => conversationOf(message, chat.me))
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
