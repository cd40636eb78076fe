import type { ChatState, Conversation, HeldMessage } from './chat-state.ts'
import type { ChatMessage } from './contract-types.ts'

/** The server counts no further. */
const maxCount = 100

/**
 * Moves the marker to an id, never back. Unless the messages after it are held, or there are none,
 * the counts have to be asked for.
 */
export function withMarker(state: ChatState, held: Conversation, upTo: number): Conversation {
  if (upTo <= held.readUpTo) return held
  const conversation = { ...held, readUpTo: upTo }
  if (upTo >= held.lastId) return { ...conversation, unread: 0, mentioned: 0, uncounted: false }
  return recounted(state, conversation, (uncovered) =>
    held.unread === 0 ? uncovered : { ...uncovered, uncounted: true },
  )
}

/** Counts the messages that are held; if they are not all after the marker, `otherwise` counts. */
export function recounted(
  state: ChatState,
  conversation: Conversation,
  otherwise: (conversation: Conversation) => Conversation,
): Conversation {
  if (!isCovered(state, conversation)) return otherwise(conversation)
  const unread = conversation.messages.filter((message) => isUnread(state, conversation, message))
  const mentioned = unread.filter((message) => mentions(message, state.me))
  return {
    ...conversation,
    unread: Math.min(maxCount, unread.length),
    mentioned: Math.min(maxCount, mentioned.length),
    uncounted: false,
  }
}

/** Counts one more message of another user. */
export function withOneMore(
  state: ChatState,
  conversation: Conversation,
  message: ChatMessage,
): Conversation {
  if (!isUnread(state, conversation, message)) return conversation
  const { unread, mentioned } = conversation
  return {
    ...conversation,
    unread: Math.min(maxCount, unread + 1),
    mentioned: Math.min(maxCount, mentioned + Number(mentions(message, state.me))),
  }
}

function isUnread(
  { me }: ChatState,
  { readUpTo }: Conversation,
  { id, from, deletedAt }: ChatMessage | HeldMessage,
): boolean {
  return id > readUpTo && from !== me && deletedAt === undefined
}

/**
 * Whether every message after the marker is held, as the counts would have it: the stream has passed
 * the ids at which pages were read and the counts were taken.
 */
function isCovered({ place }: ChatState, conversation: Conversation): boolean {
  const { atEnd, stale, completeFrom, readUpTo, asOf, pagesAsOf } = conversation
  return atEnd && !stale && completeFrom <= readUpTo + 1 && place.id >= Math.max(asOf, pagesAsOf)
}

function mentions({ mentions }: ChatMessage | HeldMessage, me: string): boolean {
  return mentions?.includes(me) === true
}
