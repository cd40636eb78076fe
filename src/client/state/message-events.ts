import { askConversation } from './asks.ts'
import type { ChatState, Conversation } from './chat-state.ts'
import type { ChatMessage } from './contract-types.ts'
import { putConversation } from './conversations.ts'
import { recounted, withMarker, withOneMore } from './counts.ts'
import type { Deletion } from './event-types.ts'
import { heldMessage, withMessage } from './message-window.ts'
import { conversationOfMessage } from './stream-events.ts'

/** The change of a conversation by an event about one of its messages. */
type Counting = (state: ChatState, held: Conversation, message: ChatMessage) => Conversation

/** @param id of the event; undefined for a kept message, which comes before the stream's cursor */
export function applyMessage(
  state: ChatState,
  message: ChatMessage,
  id: number | undefined,
): ChatState {
  if (id === undefined) return applyKept(state, message)
  return applyChange(state, message, id, (state, conversation) => {
    if (message.from === state.me) return withMarker(state, conversation, message.id)
    return recounted(state, conversation, (same) => withOneMore(state, same, message))
  })
}

export function applyUpdate(state: ChatState, message: ChatMessage, id: number): ChatState {
  return applyChange(state, message, id, countedAnew)
}

/**
 * One's own tombstone moves the marker as the message would have. On pages a tombstone does not say who
 * deleted it, and so nowhere.
 */
export function applyDeletion(
  state: ChatState,
  { by: _, ...tombstone }: Deletion,
  id: number,
): ChatState {
  return applyChange(state, tombstone as ChatMessage, id, (state, conversation, message) => {
    if (message.from === state.me) return withMarker(state, conversation, message.id)
    return countedAnew(state, conversation, message)
  })
}

/** Whether it was unread, and mentioned the user, is not known unless the messages are held. */
const countedAnew: Counting = (state, conversation, { id, from }) =>
  recounted(state, conversation, (same) =>
    id > same.readUpTo && from !== state.me ? { ...same, uncounted: true } : same,
  )

function applyChange(
  state: ChatState,
  message: ChatMessage,
  id: number,
  count: Counting,
): ChatState {
  const conversationId = conversationOfMessage(message, state.me)
  if (conversationId === undefined) return state
  const held = state.conversations.get(conversationId)
  if (held === undefined)
    return isListed(state, id) ? state : askConversation(state, conversationId)
  const next = withMessage(state, withoutTypist(held, message), message, id)
  if (id <= held.asOf) return putConversation(state, next)
  const newer = message.id >= next.lastId ? { last: message, lastId: message.id } : {}
  return putConversation(state, count(state, { ...next, ...newer, asOf: id }, message))
}

/** At this id the user was in no other conversation than those that are held. */
function isListed({ listing }: ChatState, id: number): boolean {
  return listing.complete && id <= listing.asOf
}

/** A kept message may be one that has been counted. */
function applyKept(state: ChatState, message: ChatMessage): ChatState {
  const conversationId = conversationOfMessage(message, state.me)
  if (conversationId === undefined) return state
  const held = state.conversations.get(conversationId)
  if (held === undefined) return askConversation(state, conversationId)
  if (message.id <= held.asOf || heldMessage(held, message.id)) return state
  return putConversation(state, {
    ...withMessage(state, held, message, message.id),
    uncounted: true,
  })
}

function withoutTypist(conversation: Conversation, { from }: ChatMessage): Conversation {
  if (!conversation.typing.some(({ username }) => username === from)) return conversation
  const typing = conversation.typing.filter(({ username }) => username !== from)
  return { ...conversation, typing }
}
