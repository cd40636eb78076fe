import type { ChatState, Conversation } from './chat-state.ts'
import type { Reaction } from './contract-types.ts'
import { putConversation } from './conversations.ts'
import type { ReactionChange } from './event-types.ts'
import { heldMessage, withHeld } from './message-window.ts'
import { roomConversation } from './stream-events.ts'

/** The server names no more of those who reacted with an emoji. */
const maxReactors = 20

/** @param id of the event */
export function applyReaction(
  state: ChatState,
  change: ReactionChange,
  added: boolean,
  id: number,
): ChatState {
  const conversation = conversationWith(state, change)
  const message = conversation && heldMessage(conversation, change.messageId)
  if (!message || message.deletedAt || message.asOf >= id) return state
  const reactions = withReaction(state.me, message.reactions, change, added)
  const next = withHeld(state, conversation, { ...message, reactions, asOf: id })
  return putConversation(state, next)
}

function conversationWith(state: ChatState, change: ReactionChange): Conversation | undefined {
  const { room, messageId } = change
  if (room !== undefined) return state.conversations.get(roomConversation(room))
  return [...state.conversations.values()].find((each) => heldMessage(each, messageId))
}

function withReaction(
  me: string,
  reactions: readonly Reaction[],
  { emoji, by, count }: ReactionChange,
  added: boolean,
): readonly Reaction[] {
  const held = reactions.find((each) => each.emoji === emoji)
  const names = (held?.by ?? []).filter((name) => name !== by)
  const next = {
    emoji,
    count,
    me: by === me ? added : (held?.me ?? false),
    by: added ? [...names, by].slice(0, maxReactors) : names,
  }
  if (!held) return count === 0 ? reactions : [...reactions, next]
  return reactions.flatMap((each) => (each !== held ? [each] : count === 0 ? [] : [next]))
}
