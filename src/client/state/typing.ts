import type { ChatState, Typist } from './chat-state.ts'
import { putConversation, updateConversation } from './conversations.ts'
import type { Typing } from './event-types.ts'

/** How long a name is shown after the event that named it, in ms. */
export const typingMs = 6_000

/**
 * An event tells everyone who is typing, unless there are `more`.
 *
 * @param now on the clock of the actions, in ms
 */
export function applyTyping(
  state: ChatState,
  { conversation, usernames, more }: Typing,
  now: number,
): ChatState {
  return updateConversation(state, conversation, (held) => {
    const named = usernames.map((username) => ({ username, until: now + typingMs }))
    const isUnnamed = ({ username, until }: Typist) => until > now && !usernames.includes(username)
    const others = more ? held.typing.filter(isUnnamed) : []
    return { ...held, typing: [...others, ...named].slice(-state.bounds.typing) }
  })
}

/** Removes the names whose time is over. Returns `state` itself if there are none. */
export function expireTyping(state: ChatState, now: number): ChatState {
  const isOver = ({ until }: Typist) => until <= now
  let next = state
  for (const held of state.conversations.values())
    if (held.typing.some(isOver))
      next = putConversation(next, {
        ...held,
        typing: held.typing.filter((typist) => !isOver(typist)),
      })
  return next
}
