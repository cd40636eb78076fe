import { useSignal, useSignalEffect } from '@preact/signals'
import type { Message } from '../../client/index.ts'
import { conversationOf } from '../state/conversations.ts'
import { place } from './place.ts'
import { strings } from './preferences.ts'
import type { Visit } from './visit.ts'

/** Read out at most: a reader who is behind would not catch up. */
const most = 5

/** Reads aloud what others say: what is said here in full, of other conversations that there is something. */
export function Announcer({ visit }: { visit: Visit }) {
  const heard = useSignal<readonly (readonly [id: number, text: string])[]>([])
  useSignalEffect(() => {
    const others = visit.arrived.value.filter(({ from }) => from !== visit.me)
    if (others.length === 0) return
    const told = others.map((message) => [message.id, tell(message, visit.me)] as const)
    heard.value = [...heard.peek(), ...told].slice(-most)
  })
  return (
    <div class="aloud" role="log" aria-live="polite" aria-relevant="additions">
      {heard.value.map(([id, text]) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}

function tell(message: Message, me: string): string {
  const words = strings.peek()
  const here = conversationOf(message, me) === place.peek().key
  if (here || message.kind === 'broadcast') return words.said(message.from, message.text)
  return words.wroteToYou(message.from)
}
