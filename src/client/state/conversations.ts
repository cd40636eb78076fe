import { askConversation, withoutAsks } from './asks.ts'
import type { ChatState, Conversation } from './chat-state.ts'
import type { ConversationId } from './contract-types.ts'

/** Adds or replaces a conversation, and asks for its counts if events cannot tell them. */
export function putConversation(state: ChatState, conversation: Conversation): ChatState {
  if (state.conversations.get(conversation.id) === conversation) return state
  const conversations = new Map(state.conversations).set(conversation.id, conversation)
  const next = withinBound({ ...state, conversations }, conversation.id)
  return conversation.uncounted ? askConversation(next, conversation.id) : next
}

/** Replaces a conversation if it is held. */
export function updateConversation(
  state: ChatState,
  id: ConversationId,
  update: (conversation: Conversation) => Conversation,
): ChatState {
  const held = state.conversations.get(id)
  return held ? putConversation(state, update(held)) : state
}

/** Removes a conversation; no answer about it counts any more. */
export function dropConversation(state: ChatState, id: ConversationId): ChatState {
  const next = withoutAsks(state, (ask) => ask.conversation === id)
  if (!next.conversations.has(id)) return next
  const conversations = new Map(next.conversations)
  conversations.delete(id)
  return { ...next, conversations }
}

/** Past the bound the conversation that is not opened and has the oldest last message is let go. */
function withinBound(state: ChatState, added: ConversationId): ChatState {
  if (state.conversations.size <= state.bounds.conversations) return state
  const others = [...state.conversations.values()].filter(
    ({ id, opened }) => !opened && id !== added,
  )
  if (others.length === 0) return state
  const oldest = others.reduce((a, b) => (b.lastId < a.lastId ? b : a))
  const next = dropConversation(state, oldest.id)
  return { ...next, listing: { ...next.listing, complete: false } }
}
