import { applyAgain, laterThan } from './apply-event.ts'
import { askConversation, askConversations } from './asks.ts'
import { type Ask, type ChatState, emptyConversation } from './chat-state.ts'
import type { ConversationId, ConversationPage, ConversationSummary } from './contract-types.ts'
import { dropConversation, putConversation } from './conversations.ts'
import { beginAt } from './resync.ts'
import { conversationOf, idOfCursor, type StateEvent } from './stream-events.ts'

/** Takes a page of conversations, and asks for the next one. */
export function takeConversations(
  state: ChatState,
  { path, since }: Ask,
  { conversations, more, cursor }: ConversationPage,
): ChatState {
  const isFirst = !path.includes('before=')
  const ids = conversations.map(({ id }) => id)
  const listing = {
    ...state.listing,
    asOf: isFirst ? idOfCursor(cursor) : state.listing.asOf,
    seen: new Set([...state.listing.seen, ...ids]),
  }
  let next: ChatState = { ...beginAt(state, cursor, ids), listing }
  for (const summary of conversations)
    next = takeConversation(next, summary, aboutThat(state, since, summary.id))
  const last = conversations.at(-1)
  if (more && last && listing.seen.size < state.bounds.conversations)
    return askConversations(next, last)
  return endOfList(next, !more)
}

function aboutThat(state: ChatState, events: readonly StateEvent[], id: ConversationId) {
  return events.filter((event) => [id, 'any'].includes(conversationOf(event, state.me) as string))
}

/** @param since what the stream told of it since it was asked for */
export function takeConversation(
  state: ChatState,
  summary: ConversationSummary,
  since: readonly StateEvent[],
): ChatState {
  const { id, title, last, lastId, readUpTo, unread, mentioned, muted, asOf } = summary
  const later = laterThan(since, asOf)
  // The user has left it since, or joined again: what is held is right.
  if (later.some(({ type }) => /^room\.(joined|left|deleted)$/.test(type))) return state
  const held = state.conversations.get(id) ?? emptyConversation(id)
  const next = putConversation(state, {
    ...held,
    ...{ last, lastId, readUpTo, unread, mentioned, muted, asOf, uncounted: false },
    title: title ?? held.title,
    completeFrom: held.completeFrom === Infinity ? lastId + 1 : held.completeFrom,
  })
  return applyAgain(next, later)
}

/** There is no such conversation: one with a user that is opened stays, and is empty. */
export function takeNoConversation(state: ChatState, { conversation, since }: Ask): ChatState {
  const id = conversation as ConversationId
  // The stream told of it meanwhile.
  if (since.some((event) => conversationOf(event, state.me) === id))
    return askConversation(state, id)
  const held = state.conversations.get(id)
  if (!held?.opened || id.startsWith('room:')) return dropConversation(state, id)
  const { last, lastId, readUpTo, unread, mentioned, asOf, uncounted } = emptyConversation(id)
  const counts = { last, lastId, readUpTo, unread, mentioned, asOf, uncounted }
  return putConversation(state, { ...held, ...counts })
}

/** All pages are read: after a reset, what was not listed and has not been told of since is gone. */
function endOfList(state: ChatState, complete: boolean): ChatState {
  const { listing } = state
  let next: ChatState = { ...state, listing: { ...listing, complete, dropsOthers: false } }
  if (!listing.dropsOthers) return next
  for (const { id, opened, asOf } of state.conversations.values()) {
    if (listing.seen.has(id) || asOf > listing.asOf) continue
    const isPlaceholder = opened && !id.startsWith('room:')
    next = isPlaceholder ? askConversation(next, id) : dropConversation(next, id)
  }
  return next
}
