import { signal } from '@preact/signals'
import { type ConversationKey, foldName, room } from '../state/conversation-key.ts'

/** From the URL's hash: `#` is the room, `#with/NAME` a direct conversation, `#people` the list. */
export interface Route {
  readonly pane: 'conversation' | 'list'
  readonly key: ConversationKey
  /** The other user's name in the URL. */
  readonly name: string
}

export const route = signal(readRoute())

window.addEventListener('hashchange', () => {
  route.value = readRoute()
})

export const roomHref = '#'
/** On narrow screens the list has a view of its own. */
export const listHref = '#people'
export const personHref = (name: string) => `#with/${encodeURIComponent(name)}`

function readRoute(): Route {
  const [, name] = /^#with\/(.+)$/.exec(location.hash) ?? []
  if (name === undefined) {
    const pane = location.hash === listHref ? 'list' : 'conversation'
    return { pane, key: room, name: '' }
  }
  try {
    const decoded = decodeURIComponent(name)
    return { pane: 'conversation', key: foldName(decoded), name: decoded }
  } catch {
    return { pane: 'conversation', key: room, name: '' }
  }
}
