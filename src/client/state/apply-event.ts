import { askConversation } from './asks.ts'
import type { ChatState } from './chat-state.ts'
import { updateConversation } from './conversations.ts'
import { withMarker } from './counts.ts'
import type { Read } from './event-types.ts'
import { applyDeletion, applyMessage, applyUpdate } from './message-events.ts'
import { applyPresence } from './presence.ts'
import { applyReaction } from './reactions.ts'
import { applyErased, applyReady, applyReset, moveTo } from './resync.ts'
import { applyGone, applyJoined, applyMember, applyRoomUpdate } from './room-events.ts'
import { entryId, type StateEvent } from './stream-events.ts'
import { recordForAsks } from './told-since.ts'
import { applyTyping } from './typing.ts'

/**
 * Applies an event of the stream. One that comes again changes nothing.
 *
 * @param now in ms, on any clock that does not go back
 */
export function applyEvent(state: ChatState, event: StateEvent, now: number): ChatState {
  const id = entryId(event)
  if (id !== undefined && id <= state.place.id) return state
  const next = recordForAsks(moveTo(state, event), event)
  switch (event.type) {
    case 'ready':
      return applyReady(next, event.ready)
    case 'reset':
      return applyReset(next, event.reset)
    case 'messages.erased':
      return applyErased(next, event.erased.from, id as number)
    case 'typing':
      return applyTyping(next, event.typing, now)
    default:
      return applyChange(next, event)
  }
}

/** Applies events to an answer that is older than they are. */
export function applyAgain(state: ChatState, events: readonly StateEvent[]): ChatState {
  return events.reduce(applyChange, state)
}

/** What has no id was told after the answer, as far as anyone knows. */
export function laterThan(events: readonly StateEvent[], id: number): readonly StateEvent[] {
  return events.filter((event) => (entryId(event) ?? Infinity) > id)
}

function applyChange(state: ChatState, event: StateEvent): ChatState {
  const id = entryId(event) as number
  switch (event.type) {
    case 'message':
      return applyMessage(state, event.message, entryId(event))
    case 'message.updated':
      return applyUpdate(state, event.message, id)
    case 'message.deleted':
      return applyDeletion(state, event.message, id)
    case 'reaction.added':
    case 'reaction.removed':
      return applyReaction(state, event.reaction, event.type === 'reaction.added', id)
    case 'room.joined':
      return applyJoined(state, event.joined, id)
    case 'room.left':
      return applyGone(state, event.left.room)
    case 'room.updated':
      return applyRoomUpdate(state, event.room, id)
    case 'room.deleted':
      return applyGone(state, event.deleted.room)
    case 'member.joined':
    case 'member.left':
    case 'member.updated':
      return applyMember(state, event.type, event.member)
    case 'read':
      return applyRead(state, event.read)
    case 'presence':
      return applyPresence(state, event.presence)
    default:
      return state
  }
}

/** A marker may come before its conversation, which then is asked for. */
function applyRead(state: ChatState, { conversation, upTo }: Read): ChatState {
  if (!state.conversations.has(conversation)) return askConversation(state, conversation)
  return updateConversation(state, conversation, (held) => withMarker(state, held, upTo))
}
