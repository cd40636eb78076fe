import type { Ready, Reset } from '../types.ts'
import { askConversations, withoutAsks } from './asks.ts'
import { type ChatState, type Conversation, noMessages } from './chat-state.ts'
import { applyOnline } from './presence.ts'
import { askOpened } from './room-events.ts'
import { idOfCursor } from './stream-events.ts'

/**
 * Changes, memberships and markers cannot be undone from the stream, and answers and pages run ahead of
 * it: after a reset for any reason everything is asked for again.
 */
export function applyReset(state: ChatState, { reason, from }: Reset): ChatState {
  const resets = state.place.resets + 1
  const kept = reason === 'trimmed' ? Infinity : from
  return askEverything({ ...state, place: { id: from, resets } }, kept)
}

/**
 * All that someone wrote is gone, and their reactions: only asking tells what is left.
 *
 * @param id of the event; what is written later stays
 */
export function applyErased(state: ChatState, from: string, id: number): ChatState {
  const conversations = new Map<string, Conversation>()
  for (const held of state.conversations.values()) {
    const messages = held.messages.filter((message) => message.from !== from || message.id > id)
    conversations.set(held.id, { ...held, messages })
  }
  return askEverything({ ...state, conversations })
}

/** Asks for the markers again, because the stream may have lost changes of them. */
export function applyReady(state: ChatState, ready: Ready, before: string | undefined): ChatState {
  const next = applyOnline(state, ready)
  // A stream that was opened without a cursor does not tell what happened since the answers.
  if (before === undefined) return askEverything(next)
  return askList(next, next.listing.dropsOthers)
}

/** @param kept messages past this id are void */
function askEverything(state: ChatState, kept = Infinity): ChatState {
  const conversations = new Map<string, Conversation>()
  for (const held of state.conversations.values()) conversations.set(held.id, outdated(held, kept))
  const asked = withoutAsks({ ...state, conversations }, ({ kind }) => kind !== 'online')
  let next = askList(asked, true)
  for (const { id, opened } of conversations.values()) if (opened) next = askOpened(next, id)
  return next
}

/** What an opened conversation shows stays until the answers come. */
function outdated(held: Conversation, kept: number): Conversation {
  const messages = held.messages
    .filter(({ id }) => id <= kept)
    .map((message) => ({ ...message, asOf: Math.min(message.asOf, kept) }))
  const base = {
    ...held,
    asOf: Math.min(held.asOf, kept),
    pagesAsOf: Math.min(held.pagesAsOf, kept),
    uncounted: false,
  }
  if (held.opened) return { ...base, messages, stale: true }
  return { ...base, ...noMessages, room: undefined }
}

function askList(state: ChatState, dropsOthers: boolean): ChatState {
  const listing = { asOf: 0, complete: false, dropsOthers, seen: new Set<string>() }
  const next = withoutAsks(state, ({ kind }) => kind === 'conversations')
  return askConversations({ ...next, listing })
}

/** Where the stream is opened: at the first page's cursor, as a later one would skip changes. */
export function beginAt(state: ChatState, cursor: string): ChatState {
  if (state.cursor !== undefined) return state
  return { ...state, cursor, place: { ...state.place, id: idOfCursor(cursor) } }
}
