import { useSignal, useSignalEffect } from '@preact/signals'
import type { Message } from '../../client/index.ts'
import { conversationOf } from '../state/conversations.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'
import { route } from './route.ts'

/** Read out at most: a reader who is behind would not catch up. */
const maxAnnouncements = 5

/** Reads aloud what others say: what is said here in full, of other conversations that there is something. */
export function Announcer({ session }: { session: ChatSession }) {
  const announcements = useSignal<readonly (readonly [id: number, text: string])[]>([])
  useSignalEffect(() => {
    const others = session.newMessages.value.filter(({ from }) => from !== session.me)
    if (others.length === 0) return
    const told = others.map(
      (message) => [message.id, announcementFor(message, session.me)] as const,
    )
    announcements.value = [...announcements.peek(), ...told].slice(-maxAnnouncements)
  })
  return (
    <div class="visually-hidden" role="log" aria-live="polite" aria-relevant="additions">
      {announcements.value.map(([id, text]) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}

function announcementFor(message: Message, me: string): string {
  const words = strings.peek()
  const here = conversationOf(message, me) === route.peek().key
  if (here || message.kind === 'broadcast') return words.said(message.from, message.text)
  return words.wroteToYou(message.from)
}
