import { useSignal, useSignalEffect } from '@preact/signals'
import type { Message } from '../../client/index.ts'
import { conversationOf, isShown } from '../state/conversation-key.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'
import { route } from './route.ts'

/** A screen reader that is behind would not catch up with more. */
const maxAnnouncements = 5

/**
 * Announces messages of others to screen readers: the text in the open conversation and in the room,
 * otherwise only the sender.
 */
export function Announcer({ session }: { session: ChatSession }) {
  const announcements = useSignal<readonly (readonly [id: number, text: string])[]>([])
  useSignalEffect(() => {
    const others = session.newMessages.value.filter(
      (message) => message.from !== session.me && isShown(message),
    )
    if (others.length === 0) return
    const added = others.map(
      (message) => [message.id, announcementFor(message, session.me)] as const,
    )
    announcements.value = [...announcements.peek(), ...added].slice(-maxAnnouncements)
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
