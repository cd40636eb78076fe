import type { TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../state/chat.ts'
import { room } from '../state/conversation-key.ts'
import { limits } from '../state/server-limits.ts'
import type { ChatSession } from './chat-session.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'

/** The number of characters left is shown from here on. */
const remainingShownBelow = 200

/** The text field for a message. Enter sends. Drafts are kept for each conversation. */
export function Composer({
  session,
  conversation,
}: {
  session: ChatSession
  conversation: Conversation
}) {
  const words = strings.value
  const area = useRef<HTMLTextAreaElement>(null)
  const draft = session.drafts.texts.value[conversation.key] ?? ''
  const blank = draft.trim() === ''
  const { textMax } = limits.value
  // A code point has one or two code units, so a short text need not be counted.
  const left = draft.length > textMax - remainingShownBelow ? textMax - [...draft].length : textMax
  const unsendable = blank || left < 0
  useLayoutEffect(() => {
    // As high as the text. The style sheet has the maximum.
    if (!area.current) return
    area.current.style.height = 'auto'
    area.current.style.height = `${area.current.scrollHeight}px`
  }, [draft])

  function send(): void {
    if (unsendable) return
    session.outbox.send(session.conversation(conversation.key, conversation.name), draft)
    session.drafts.set(conversation.key, '')
    area.current?.focus()
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
    // In an input method, Enter ends the composition.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }

  function limitNote(): string {
    if (left < 0) return words.overLimit(-left, textMax)
    return left <= remainingShownBelow ? words.roomLeft(left) : words.enterToSend
  }

  const label = conversation.key === room ? words.writeInRoom : words.writeIn(conversation.name)
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label class="visually-hidden" for="composer">
        {label}
      </label>
      <div class="composer-box">
        <textarea
          id="composer"
          ref={area}
          rows={1}
          dir="auto"
          placeholder={label}
          enterkeyhint="send"
          aria-describedby="composer-note"
          value={draft}
          onInput={(event) => session.drafts.set(conversation.key, event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button class="send" type="submit" aria-label={words.send} aria-disabled={unsendable}>
          <Icon name="send" />
        </button>
      </div>
      <p
        id="composer-note"
        class={left < 0 ? 'composer-note is-over' : 'composer-note'}
        aria-live="polite"
      >
        {limitNote()}
      </p>
    </form>
  )
}
