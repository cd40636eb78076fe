import type { Ask, ChatState } from './chat-state.ts'
import { conversationOf, type StateEvent } from './stream-events.ts'

/** Keeps an event for the asks whose answers may have been read before it. */
export function recordForAsks(state: ChatState, event: StateEvent): ChatState {
  if (!state.asks.some((each) => concerns(state, each, event))) return state
  let { nextAsk } = state
  const asks = state.asks.map((each) => {
    if (!concerns(state, each, event)) return each
    if (each.since.length < state.bounds.events) return { ...each, since: [...each.since, event] }
    // The answer is not waited for: it would be older than too much.
    return { ...each, id: nextAsk++, since: [] }
  })
  return { ...state, asks, nextAsk }
}

/** The events that an answer which is older than them lacks: by the first word of their type. */
const lackedEvents: Record<Ask['kind'], readonly string[]> = {
  conversations: ['message', 'reaction', 'room', 'read'],
  conversation: ['message', 'reaction', 'room', 'read'],
  messages: ['message', 'reaction'],
  older: ['message', 'reaction'],
  room: ['room', 'member'],
  members: ['member', 'presence'],
  online: ['presence'],
}

function concerns(state: ChatState, { kind, conversation }: Ask, event: StateEvent): boolean {
  const [firstWord] = event.type.split('.') as [string]
  if (!lackedEvents[kind].includes(firstWord)) return false
  const about = conversationOf(event, state.me)
  return (
    conversation === undefined || about === undefined || about === 'any' || about === conversation
  )
}
