import { applyAnswer } from './answers.ts'
import { applyEvent } from './apply-event.ts'
import { askConversation, askConversations, askMessages } from './asks.ts'
import { type Ask, type Bounds, type ChatState, defaultBounds, type Place } from './chat-state.ts'
import type { ChatMessage, ConversationId } from './contract-types.ts'
import { closeConversation, openConversation } from './opening.ts'
import { applySent } from './sent.ts'
import type { StateEvent } from './stream-events.ts'
import { expireTyping } from './typing.ts'

export type Action =
  /** An event of the stream. `now`: in ms, on a clock that does not go back. */
  | { readonly type: 'event'; readonly event: StateEvent; readonly now: number }
  /** The body of the answer to an ask; undefined after 403 or 404. Repeat what fails otherwise. */
  | { readonly type: 'answer'; readonly ask: Ask; readonly body: unknown }
  /** The answer to a post or an edit of the user's. `since`: `state.place` before the call. */
  | { readonly type: 'sent'; readonly message: ChatMessage; readonly since: Place }
  /** The screen shows a conversation, or its newest messages again. */
  | { readonly type: 'open'; readonly conversation: ConversationId }
  | { readonly type: 'close'; readonly conversation: ConversationId }
  /** The messages before those that are held are needed. */
  | { readonly type: 'older'; readonly conversation: ConversationId }
  /** The user changed something that no event tells, such as `muted`. */
  | { readonly type: 'refresh'; readonly conversation: ConversationId }
  /** Time has passed: names are no longer shown as typing. */
  | { readonly type: 'tick'; readonly now: number }

/** The state of a chat of which nothing is known yet. It asks for the conversations. */
export function initialState(me: string, bounds: Partial<Bounds> = {}): ChatState {
  const state: ChatState = {
    me,
    bounds: { ...defaultBounds, ...bounds },
    cursor: undefined,
    place: { id: 0, resets: 0 },
    asks: [],
    conversations: new Map(),
    listing: { asOf: 0, complete: false, dropsOthers: false, seen: new Set() },
    online: { names: new Set(), count: 0, complete: false },
    nextAsk: 1,
  }
  return askConversations(state)
}

/** Returns the state after an action. Pure: it changes nothing, and asks for what it needs in `asks`. */
export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case 'event':
      return applyEvent(state, action.event, action.now)
    case 'answer':
      return applyAnswer(state, action.ask, action.body)
    case 'sent':
      return applySent(state, action.message, action.since)
    case 'open':
      return openConversation(state, action.conversation)
    case 'close':
      return closeConversation(state, action.conversation)
    case 'older':
      return askOlder(state, action.conversation)
    case 'refresh':
      return askConversation(state, action.conversation)
    case 'tick':
      return expireTyping(state, action.now)
  }
}

function askOlder(state: ChatState, id: ConversationId): ChatState {
  const held = state.conversations.get(id)
  if (!held?.opened || held.stale || held.completeFrom === 0) return state
  if (held.completeFrom === Infinity) return state
  return askMessages(state, id, held.completeFrom)
}
