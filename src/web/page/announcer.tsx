import { useSignal, useSignalEffect } from '@preact/signals'
import { type ChatMessage, conversationOfMessage, roomOf } from '../../client/state/index.ts'
import { everyone } from '../state/conversation-ids.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'
import { route } from './route.ts'

/** A screen reader that is behind would not catch up with more. */
const maxAnnouncements = 5

/**
 * Announces messages of others to screen readers: the text in the open conversation and to everyone,
 * otherwise only the sender, and nothing of what is muted.
 */
export function Announcer({ session }: { session: ChatSession }) {
  const announcements = useSignal<readonly (readonly [id: number, text: string])[]>([])
  useSignalEffect(() => {
    const added = session.newMessages.value.flatMap((message) => {
      const text = announcementFor(message, session)
      return text === undefined ? [] : [[message.id, text] as const]
    })
    if (added.length > 0)
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

function announcementFor(message: ChatMessage, { me, store }: ChatSession): string | undefined {
  const words = strings.peek()
  const id = conversationOfMessage(message, me)
  if (id === undefined) return undefined
  const conversation = store.state.peek().conversations.get(id)
  if (conversation?.muted || message.deletedAt) return undefined
  if (id === route.peek().id || id === everyone) return words.said(message.from, message.text)
  if (roomOf(id) === undefined) return words.wroteToYou(message.from)
  return words.wroteInRoom(message.from, conversation?.title ?? (roomOf(id) as string))
}
