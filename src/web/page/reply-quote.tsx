import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import {
  type ChatMessage,
  type ConversationId,
  type HeldMessage,
  repliedTo,
} from '../../client/state/index.ts'
import type { ChatSession } from './chat-session.ts'
import { previewOf } from './message-preview.ts'
import { strings } from './preferences.ts'

interface ReplyQuoteProps {
  session: ChatSession
  conversation: ConversationId
  message: HeldMessage
}

/** The message that another one answers. Leads to it, if it is held. */
export function ReplyQuote({ session, conversation, message }: ReplyQuoteProps) {
  const words = strings.value
  const held = useComputed(() => {
    const open = session.conversation(conversation)
    return open && repliedTo(open, message)
  }).value
  const asked = useSignal<ChatMessage | undefined>(undefined)
  const isMissing = held === undefined
  useEffect(() => {
    if (!isMissing) return
    session.client.message(message.replyTo as number).then(
      (found) => {
        asked.value = found
      },
      // It was deleted, or is no longer kept.
      () => {},
    )
  }, [isMissing])
  const quoted = held ?? asked.value
  return (
    <button
      class="quote"
      type="button"
      disabled={isMissing}
      aria-label={quoted && words.answers(quoted.from, previewOf(quoted))}
      onClick={() => goTo(message.replyTo as number)}
    >
      <bdi class="quote-from">{quoted?.from ?? words.earlierMessage}</bdi>
      <span class="quote-text" dir="auto">
        {quoted ? previewOf(quoted) : ''}
      </span>
    </button>
  )
}

function goTo(id: number): void {
  const item = document.querySelector<HTMLElement>(`.message[data-id="${id}"]`)
  item?.scrollIntoView({ block: 'center' })
  item?.focus({ preventScroll: true })
}
