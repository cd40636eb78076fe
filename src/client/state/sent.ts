import { askConversation } from './asks.ts'
import type { ChatState, Conversation, HeldMessage, Place } from './chat-state.ts'
import type { ChatMessage } from './contract-types.ts'
import { putConversation } from './conversations.ts'
import { withMarker } from './counts.ts'
import { heldMessage, toHeld, withHeld } from './message-window.ts'
import { conversationOfMessage } from './stream-events.ts'

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
