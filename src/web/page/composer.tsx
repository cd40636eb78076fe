import type { TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../state/chat.ts'
import { room } from '../state/conversations.ts'
import { limits } from '../state/limits.ts'
import type { ChatSession } from './chat-session.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'

/** With so many characters left, it is told how many. */
const remainingShownBelow = 200

/** Where one writes. Enter sends; what was begun is kept for each conversation. */
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
  // A code point has one unit or two: with fewer units there is room for sure, and no need to count.
  const left = draft.length > textMax - remainingShownBelow ? textMax - [...draft].length : textMax
  const unsendable = blank || left < 0
  useLayoutEffect(() => {
    // As high as what was written; the style sheet knows the most.
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
    // Enter also ends the composition of a character.
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
