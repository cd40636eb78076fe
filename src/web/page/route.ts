import { signal } from '@preact/signals'
import { type ConversationId, roomConversation, roomOf } from '../../client/state/index.ts'
import { everyone, partnerOf, personConversation } from '../state/conversation-ids.ts'

/**
 * From the URL's hash: `#` is the conversation with everyone, `#with/NAME` one with a user, `#room/NAME`
 * a room, `#people` the list.
 */
export interface Route {
  readonly pane: 'conversation' | 'list'
  readonly id: ConversationId
}

export const route = signal(readRoute())

window.addEventListener('hashchange', () => {
  route.value = readRoute()
})

/** On narrow screens the list has a view of its own. */
export const listHref = '#people'

export function hrefOf(id: ConversationId): string {
  const room = roomOf(id)
  const person = partnerOf(id)
  if (room !== undefined) return `#room/${encodeURIComponent(room)}`
  return person === undefined ? '#' : `#with/${encodeURIComponent(person)}`
}

/** Replaces the URL, so that "back" does not lead to it again. */
export function redirectTo(id: ConversationId): void {
  location.replace(hrefOf(id))
}

function readRoute(): Route {
  const pane = location.hash === listHref ? 'list' : 'conversation'
  const [, kind, name = ''] = /^#(with|room)\/(.+)$/.exec(location.hash) ?? []
  try {
    const decoded = decodeURIComponent(name)
    if (kind === 'room') return { pane, id: roomConversation(decoded) }
    if (kind === 'with') return { pane, id: personConversation(decoded) }
  } catch {
    // Not a name: as if there were none.
  }
  return { pane, id: everyone }
}
