import type { Ready, Reset } from '../types.ts'
import { askConversation, askConversations, withoutAsks } from './asks.ts'
import { type ChatState, type Conversation, noMessages } from './chat-state.ts'
import type { ConversationId } from './contract-types.ts'
import { askOpened } from './opening.ts'
import { applyOnline } from './presence.ts'
import { idOfCursor, type StateEvent } from './stream-events.ts'

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
export function applyReady(state: ChatState, ready: Ready): ChatState {
  return askList(applyOnline(state, ready), state.listing.dropsOthers)
}

/**
 * Moves to the cursor of an event. A stream that was not opened at the cursor of an answer does not
 * tell what happened between the two.
 */
export function moveTo(state: ChatState, event: StateEvent): ChatState {
  if (!('cursor' in event) || event.cursor === undefined) return state
  const { cursor } = event
  if (state.cursor === undefined) return askEverything(begun(state, cursor))
  const id = Math.max(state.place.id, idOfCursor(cursor))
  return { ...state, cursor, place: { ...state.place, id } }
}

/** @param kept messages past this id are void */
function askEverything(state: ChatState, kept = Infinity): ChatState {
  const conversations = new Map<string, Conversation>()
  for (const held of state.conversations.values()) conversations.set(held.id, outdated(held, kept))
  const asked = withoutAsks({ ...state, conversations }, ({ kind }) => kind !== 'online')
  let next = askList(asked, true)
  for (const held of conversations.values()) if (held.opened) next = askOpened(next, held)
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

/**
 * The stream is opened at the cursor of the first page, as a later one would skip changes. What was
 * opened before it is known is asked for now.
 *
 * @param listed the conversations of the page
 */
export function beginAt(
  state: ChatState,
  cursor: string,
  listed: readonly ConversationId[],
): ChatState {
  if (state.cursor !== undefined) return state
  let next = begun(state, cursor)
  // Before, there is nothing but what was opened.
  for (const held of state.conversations.values()) {
    if (!listed.includes(held.id)) next = askConversation(next, held.id)
    next = askOpened(next, held)
  }
  return next
}

/** The answers to calls from before are void: the log may have gone back since, and no reset says so. */
function begun(state: ChatState, cursor: string): ChatState {
  const place = { id: idOfCursor(cursor), resets: state.place.resets + 1 }
  return { ...state, cursor, place }
}
