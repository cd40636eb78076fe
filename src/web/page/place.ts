import { signal } from '@preact/signals'
import { type ConversationKey, foldName, room } from '../state/conversations.ts'

/** What the page shows, as the address says it: `#` the room, `#with/NAME` a person, `#people` the list. */
export interface Place {
  readonly pane: 'talk' | 'list'
  readonly key: ConversationKey
  /** The other person's name as the address has it. */
  readonly name: string
}

export const place = signal(read())

window.addEventListener('hashchange', () => {
  place.value = read()
})

export const toRoom = '#'
/** On a phone the list has a screen of its own. */
export const toList = '#people'
export const toPerson = (name: string) => `#with/${encodeURIComponent(name)}`

function read(): Place {
  const [, name] = /^#with\/(.+)$/.exec(location.hash) ?? []
  if (name === undefined) {
    const pane = location.hash === toList ? 'list' : 'talk'
    return { pane, key: room, name: '' }
  }
  try {
    const decoded = decodeURIComponent(name)
    return { pane: 'talk', key: foldName(decoded), name: decoded }
  } catch {
    return { pane: 'talk', key: room, name: '' }
  }
}
