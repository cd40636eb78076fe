import { askConversation, askMembers, askMessages, askRoom, withoutAsks } from './asks.ts'
import { type ChatState, type Conversation, emptyConversation, noMessages } from './chat-state.ts'
import type { ConversationId } from './contract-types.ts'
import { putConversation } from './conversations.ts'
import { keepNewest } from './message-window.ts'

/** Asks for what a screen shows of a conversation, as far as it is not held. */
export function openConversation(state: ChatState, id: ConversationId): ChatState {
  const held = state.conversations.get(id)
  // With someone to whom the user has not written yet there is none on the server.
  const known = held ? state : askConversation(state, id)
  const opened = { ...(held ?? emptyConversation(id)), opened: true }
  let next = putConversation(known, opened)
  if (!hasNewestPage(state, opened)) next = askMessages(next, id)
  if (!id.startsWith('room:')) return next
  if (!opened.room) next = askRoom(next, id)
  return opened.members ? next : askMembers(next, id)
}

function hasNewestPage({ bounds }: ChatState, conversation: Conversation): boolean {
  const { atEnd, completeFrom, messages } = conversation
  return atEnd && (completeFrom === 0 || messages.length >= bounds.page)
}

/** Holds only as much as of any conversation in the list. */
export function closeConversation(state: ChatState, id: ConversationId): ChatState {
  const held = state.conversations.get(id)
  if (!held) return state
  const next = withoutAsks(state, (ask) => ask.conversation === id && ask.kind !== 'conversation')
  const closed = { ...held, opened: false, stale: false, members: undefined }
  if (held.atEnd && !held.stale)
    return putConversation(next, keepNewest(closed, state.bounds.messagesUnopened))
  // What follows the newest message that was told is known; of stale messages nothing is.
  const completeFrom = held.stale ? Infinity : held.lastId + 1
  const uncounted = held.uncounted || held.stale
  return putConversation(next, { ...closed, ...noMessages, completeFrom, uncounted })
}
