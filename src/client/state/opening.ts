import { askConversation, askMembers, askMessages, askRoom, withoutAsks } from './asks.ts'
import {
  type Ask,
  type ChatState,
  type Conversation,
  emptyConversation,
  noMessages,
} from './chat-state.ts'
import type { ConversationId } from './contract-types.ts'
import { dropConversation, putConversation } from './conversations.ts'
import { keepNewest } from './message-window.ts'

/** The screen shows a conversation. With someone new there is none on the server, perhaps. */
export function openConversation(state: ChatState, id: ConversationId): ChatState {
  const held = state.conversations.get(id)
  const opened = { ...(held ?? emptyConversation(id)), opened: true }
  const next = putConversation(state, opened)
  return askOpened(held ? next : askConversation(next, id), opened)
}

/** Asks for what the screen of an opened conversation shows and is not held. */
export function askOpened(state: ChatState, conversation: Conversation): ChatState {
  const { id, room, members, stale } = conversation
  const next = hasNewestPage(state, conversation) ? state : askMessages(state, id)
  if (!id.startsWith('room:')) return next
  const withRoom = room && !stale ? next : askRoom(next, id)
  return members && !stale ? withRoom : askMembers(withRoom, id)
}

function hasNewestPage({ bounds }: ChatState, conversation: Conversation): boolean {
  const { atEnd, completeFrom, messages, stale } = conversation
  return atEnd && !stale && (completeFrom === 0 || messages.length >= bounds.page)
}

/** Holds only as much as of any conversation in the list. */
export function closeConversation(state: ChatState, id: ConversationId): ChatState {
  const held = state.conversations.get(id)
  if (!held) return state
  // There is nothing yet but what was opened.
  if (state.cursor === undefined) return dropConversation(state, id)
  const isOver = (ask: Ask) => ask.conversation === id && ask.kind !== 'conversation'
  // One that was opened before there was a message may not exist.
  const isNew = id.startsWith('direct:') && held.last === null
  const known = isNew ? askConversation(state, id) : state
  const next = withoutAsks(known, isOver)
  const closed = { ...held, opened: false, stale: false, members: undefined }
  if (held.atEnd && !held.stale) return putConversation(next, keepNewest(state, closed))
  // What follows the newest message that was told is known; of stale messages nothing is.
  const completeFrom = held.stale ? Infinity : held.lastId + 1
  const asked = held.stale ? askConversation(next, id) : next
  return putConversation(asked, { ...closed, ...noMessages, completeFrom })
}
