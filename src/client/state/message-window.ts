import type { ChatState, Conversation, HeldMessage } from './chat-state.ts'
import type { ChatMessage, ChatMessagePage } from './contract-types.ts'
import { conversationOfMessage, idOfCursor } from './stream-events.ts'

export function heldMessage(conversation: Conversation, id: number): HeldMessage | undefined {
  const message = conversation.messages[indexOf(conversation.messages, id)]
  return message?.id === id ? message : undefined
}

/**
 * Takes up a message as an event tells it.
 *
 * @param asOf the id of the event
 */
export function withMessage(
  state: ChatState,
  conversation: Conversation,
  message: ChatMessage,
  asOf: number,
): Conversation {
  const held = heldMessage(conversation, message.id)
  if (held ? held.asOf >= asOf : !isMissing(conversation, message.id)) return conversation
  const reactions = message.deletedAt ? [] : (held?.reactions ?? message.reactions ?? [])
  return withHeld(state, conversation, toHeld(message, asOf, reactions))
}

/** Puts a message in its place, and lets the oldest go past the bound. */
export function withHeld(
  state: ChatState,
  conversation: Conversation,
  message: HeldMessage,
): Conversation {
  const { messages } = conversation
  const at = indexOf(messages, message.id)
  const replaced = messages[at]?.id === message.id ? 1 : 0
  const all = [...messages.slice(0, at), message, ...messages.slice(at + replaced)]
  return keepNewest(state, { ...conversation, messages: all })
}

/** Whether a message that is not held belongs among those that are. */
function isMissing({ messages, completeFrom, atEnd }: Conversation, id: number): boolean {
  return id >= completeFrom && (atEnd || indexOf(messages, id) < messages.length)
}

/** Past the bound the oldest messages are let go. */
export function keepNewest(state: ChatState, conversation: Conversation): Conversation {
  const { messages } = conversation
  const bound = boundOf(state, conversation)
  if (messages.length <= bound) return conversation
  const kept = messages.slice(messages.length - bound)
  return { ...conversation, messages: kept, completeFrom: (kept[0] as HeldMessage).id }
}

/** The newest page in place of what is held, but for one's own messages past it. */
export function withNewestPage(
  state: ChatState,
  conversation: Conversation,
  page: ChatMessagePage,
): Conversation {
  const asOf = idOfCursor(page.cursor)
  const told = Math.max(asOf, state.place.id)
  const ahead = conversation.messages.filter(({ id }) => id > told)
  const next = {
    ...conversation,
    messages: [...messagesOf(state, conversation, page), ...ahead],
    completeFrom: startOf(page),
    atEnd: true,
    stale: false,
    pagesAsOf: asOf,
  }
  return keepNewest(state, next)
}

/** Adds the page before the oldest message; past the bound the newest messages are let go. */
export function withOlderPage(
  state: ChatState,
  conversation: Conversation,
  page: ChatMessagePage,
): Conversation {
  const all = [...messagesOf(state, conversation, page), ...conversation.messages]
  const messages = all.slice(0, boundOf(state, conversation))
  return {
    ...conversation,
    messages,
    completeFrom: startOf(page),
    atEnd: conversation.atEnd && messages.length === all.length,
    pagesAsOf: Math.max(conversation.pagesAsOf, idOfCursor(page.cursor)),
  }
}

/** The page of broadcasts is one of all messages that the user may see. */
function messagesOf(state: ChatState, { id }: Conversation, page: ChatMessagePage): HeldMessage[] {
  const asOf = idOfCursor(page.cursor)
  return page.messages
    .filter((message) => conversationOfMessage(message, state.me) === id)
    .map((message) => toHeld(message, asOf, message.reactions ?? []))
}

function startOf({ messages, more }: ChatMessagePage): number {
  const [first] = messages
  return more && first ? first.id : 0
}

function boundOf({ bounds }: ChatState, { opened }: Conversation): number {
  return Math.max(1, opened ? bounds.messages : bounds.messagesUnopened)
}

export function toHeld(
  message: ChatMessage,
  asOf: number,
  reactions: HeldMessage['reactions'],
): HeldMessage {
  return { ...message, reactions, asOf }
}

/** The index of the first message with this id or a higher one. */
function indexOf(messages: readonly HeldMessage[], id: number): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((messages[middle] as HeldMessage).id < id) low = middle + 1
    else high = middle
  }
  return low
}
