import type { OnlinePage } from '../types.ts'
import { applyAgain, laterThan } from './apply-event.ts'
import { askMembers, withoutAsks } from './asks.ts'
import type { Ask, ChatState, Conversation, HeldMember } from './chat-state.ts'
import type {
  ChatMessagePage,
  ConversationId,
  ConversationPage,
  ConversationSummary,
  MemberPage,
  Room,
} from './contract-types.ts'
import { takeConversation, takeConversations, takeNoConversation } from './conversation-answers.ts'
import { putConversation, updateConversation } from './conversations.ts'
import { withNewestPage, withOlderPage } from './message-window.ts'
import { takeOnline, withOnlineMembers } from './presence.ts'
import { idOfCursor } from './stream-events.ts'

/**
 * Takes the answer to an ask. One that is no longer asked changes nothing.
 *
 * @param body of the answer; undefined: 403 or 404, there is no such thing for this user
 */
export function applyAnswer(state: ChatState, ask: Ask, body: unknown): ChatState {
  const asked = state.asks.find(({ id }) => id === ask.id)
  if (asked === undefined) return state
  const next = withoutAsks(state, ({ id }) => id === asked.id)
  if (body === undefined)
    return asked.kind === 'conversation' ? takeNoConversation(next, asked) : next
  return take[asked.kind](next, asked, body)
}

const take: Record<Ask['kind'], (state: ChatState, ask: Ask, body: unknown) => ChatState> = {
  conversations: (state, ask, body) => takeConversations(state, ask, body as ConversationPage),
  conversation: (state, ask, body) =>
    takeConversation(state, body as ConversationSummary, ask.since),
  messages: (state, ask, body) => takeMessages(state, ask, body as ChatMessagePage),
  older: (state, ask, body) => takeMessages(state, ask, body as ChatMessagePage),
  room: (state, ask, body) => takeRoom(state, ask, body as Room),
  members: (state, ask, body) => takeMembers(state, ask, body as MemberPage),
  online: (state, ask, body) => applyAgain(takeOnline(state, body as OnlinePage), ask.since),
}

function takeMessages(state: ChatState, ask: Ask, page: ChatMessagePage): ChatState {
  const { kind, conversation, before, since } = ask
  const held = conversationOfAsk(state, conversation)
  if (kind === 'older' && held.completeFrom !== before) return state
  const withPage = kind === 'messages' ? withNewestPage : withOlderPage
  const next = putConversation(state, withPage(state, held, page))
  return applyAgain(next, laterThan(since, idOfCursor(page.cursor)))
}

function takeRoom(state: ChatState, { conversation, since }: Ask, room: Room): ChatState {
  const next = updateConversation(state, conversation as string, (held) => ({ ...held, room }))
  return applyAgain(next, since)
}

/** The answers say no id of the log: all that came since they were asked for is applied again. */
function takeMembers(state: ChatState, ask: Ask, page: MemberPage): ChatState {
  const held = conversationOfAsk(state, ask.conversation)
  const isFirst = !ask.path.includes('after=')
  const members = new Map<string, HeldMember>(isFirst ? [] : held.members)
  for (const { online: _, ...member } of page.members)
    if (members.size < state.bounds.members) members.set(member.username, member)
  const next = withOnlineMembers(putConversation(state, { ...held, members }), page.members)
  // Who is online is known from a newer `ready`, perhaps.
  const isKnown = state.online.complete
  const events = ask.since.filter(({ type }) => type !== 'presence' || !isKnown)
  const later = applyAgain(next, events)
  const last = page.members.at(-1)
  return page.more && last && members.size < state.bounds.members
    ? askMembers(later, held.id, last.username)
    : later
}

/** A conversation that is dropped takes its asks along. */
function conversationOfAsk(state: ChatState, id: ConversationId | undefined): Conversation {
  return state.conversations.get(id as ConversationId) as Conversation
}
