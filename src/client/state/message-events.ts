import { askConversation } from './asks.ts'
import type { ChatState, Conversation, HeldMessage, Place } from './chat-state.ts'
import type { ChatMessage, Reaction } from './contract-types.ts'
import { putConversation } from './conversations.ts'
import { recounted, withMarker, withOneMore } from './counts.ts'
import { heldMessage, toHeld, withHeld, withMessage } from './message-window.ts'
import {
  conversationOfMessage,
  type Deletion,
  type ReactionChange,
  roomConversation,
} from './stream-events.ts'

/** The server names no more of those who reacted with an emoji. */
const maxReactors = 20

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

/**
 * Takes up the answer to one's own post or edit, which may be ahead of the stream or behind it.
 *
 * @param since the place when the call began
 */
export function applySent(state: ChatState, message: ChatMessage, since: Place): ChatState {
  const conversationId = conversationOfMessage(message, state.me)
  if (conversationId === undefined || since.resets !== state.place.resets) return state
  const conversation = state.conversations.get(conversationId)
  const held = conversation && heldMessage(conversation, message.id)
  if (held) {
    const changed = message.deletedAt || (held.asOf <= since.id && !held.deletedAt)
    if (!changed) return state
    const next = withAnswer(state, conversation, held, message)
    // The list may be ahead of the answer.
    const isLast = message.id === next.lastId && (message.deletedAt || next.asOf <= since.id)
    return putConversation(state, isLast ? { ...next, last: message } : next)
  }
  // A tombstone adds nothing: its room's name may be another room's now.
  if (message.deletedAt || message.id <= state.place.id) return state
  if (conversation === undefined) return askConversation(state, conversationId)
  const next = isAtEnd(conversation, message.id)
    ? withHeld(state, conversation, toHeld(message, message.id, message.reactions ?? []))
    : conversation
  const isNewest = message.id >= next.lastId && message.id > next.asOf
  const newer = isNewest ? { last: message, lastId: message.id } : {}
  return putConversation(state, withMarker(state, { ...next, ...newer }, message.id))
}

function isAtEnd({ atEnd, completeFrom }: Conversation, id: number): boolean {
  return atEnd && id >= completeFrom
}

/** What the stream tells later counts: the message keeps its `asOf`. */
function withAnswer(
  state: ChatState,
  conversation: Conversation,
  held: HeldMessage,
  message: ChatMessage,
): Conversation {
  const reactions = message.deletedAt ? [] : held.reactions
  return withHeld(state, conversation, toHeld(message, held.asOf, reactions))
}

/** @param id of the event */
export function applyReaction(
  state: ChatState,
  change: ReactionChange,
  added: boolean,
  id: number,
): ChatState {
  const conversation = conversationWith(state, change)
  const message = conversation && heldMessage(conversation, change.messageId)
  if (!message || message.deletedAt || message.asOf >= id) return state
  const reactions = withReaction(state.me, message.reactions, change, added)
  const next = withHeld(state, conversation, { ...message, reactions, asOf: id })
  return putConversation(state, next)
}

function conversationWith(state: ChatState, change: ReactionChange): Conversation | undefined {
  const { room, messageId } = change
  if (room !== undefined) return state.conversations.get(roomConversation(room))
  return [...state.conversations.values()].find((each) => heldMessage(each, messageId))
}

function withReaction(
  me: string,
  reactions: readonly Reaction[],
  { emoji, by, count }: ReactionChange,
  added: boolean,
): readonly Reaction[] {
  const held = reactions.find((each) => each.emoji === emoji)
  const names = (held?.by ?? []).filter((name) => name !== by)
  const next = {
    emoji,
    count,
    me: by === me ? added : (held?.me ?? false),
    by: added ? [...names, by].slice(0, maxReactors) : names,
  }
  if (!held) return count === 0 ? reactions : [...reactions, next]
  return reactions.flatMap((each) => (each !== held ? [each] : count === 0 ? [] : [next]))
}
