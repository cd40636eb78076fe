import { signal } from '@preact/signals'
import { type ChatMessage, conversationOfMessage, roomOf } from '../../client/state/index.ts'
import { displayText } from '../text/display-text.ts'
import type { ChatStore } from './chat-store.ts'
import { strings } from './preferences.ts'
import { hrefOf } from './route.ts'
import { load, save } from './storage.ts'

/** Until then it may turn out that the user reads the message already, here or on another device; in ms. */
const delayMs = 1_000

/** Characters of a message. */
const excerptLength = 200

/** What the browser allows: `unavailable` over plain http, and in some browsers on phones. */
type Permission = NotificationPermission | 'unavailable'

export const permission = signal<Permission>(currentPermission())

/** Whether the user wants notifications on this device. */
export const wanted = signal(load<boolean>('notifications') === true)

/** Asks the user, which a browser does only after a click. */
export async function turnOn(): Promise<void> {
  permission.value = await Notification.requestPermission()
  setWanted(permission.value === 'granted')
}

export function setWanted(on: boolean): void {
  wanted.value = on
  save('notifications', on || undefined)
}

/** Notifies of direct messages and mentions that the user does not see. */
export class Notifier {
  readonly #me: string
  readonly #store: ChatStore
  #closed = false

  constructor(me: string, store: ChatStore) {
    this.#me = me
    this.#store = store
  }

  onMessages(messages: readonly ChatMessage[]): void {
    if (!wanted.value || permission.value !== 'granted') return
    for (const message of messages)
      if (message.kind === 'direct' || message.mentions?.includes(this.#me))
        setTimeout(() => this.#notify(message), delayMs)
  }

  close(): void {
    this.#closed = true
  }

  #notify(message: ChatMessage): void {
    const id = conversationOfMessage(message, this.#me)
    const conversation = id && this.#store.state.value.conversations.get(id)
    if (this.#closed || !conversation || conversation.muted) return
    if (conversation.readUpTo >= message.id) return
    const { from, text } = message
    const inRoom = roomOf(conversation.id) !== undefined
    const title = inRoom ? strings.value.inRoom(from, conversation.title) : from
    const body = displayText(text.slice(0, excerptLength))
    try {
      // The tag makes one of those of several tabs.
      const shown = new Notification(title, {
        body,
        tag: `obrol-${message.id}`,
        icon: './icon.svg',
      })
      shown.onclick = () => {
        window.focus()
        location.hash = hrefOf(conversation.id)
        shown.close()
      }
    } catch {
      // Some browsers have the class, and allow notifications to service workers alone.
      permission.value = 'unavailable'
    }
  }
}

function currentPermission(): Permission {
  return 'Notification' in window && window.isSecureContext
    ? Notification.permission
    : 'unavailable'
}
