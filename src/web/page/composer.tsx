import type { TargetedEvent, TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../../client/state/index.ts'
import { everyone } from '../state/conversation-ids.ts'
import { limits } from '../state/server-limits.ts'
import type { ChatSession } from './chat-session.ts'
import { CompositionBar } from './composition-bar.tsx'
import { titleOf } from './conversation-title.ts'
import { hasCoarsePointer } from './conversation-visibility.ts'
import { Icon } from './icons.tsx'
import { MentionSuggestions, useMentions } from './mention-suggestions.tsx'
import { strings } from './preferences.ts'

/** The number of characters left is shown from here on. */
const remainingShownBelow = 200

interface ComposerProps {
  session: ChatSession
  conversation: Conversation
}

/** The text field for a message. Enter sends. Drafts are kept for each conversation. */
export function Composer({ session, conversation }: ComposerProps) {
  const words = strings.value
  const area = useRef<HTMLTextAreaElement>(null)
  const { id } = conversation
  const composition = session.compositions.of(id)
  const isEdit = composition?.kind === 'edit'
  const text = isEdit ? composition.text : (session.drafts.texts.value[id] ?? '')
  const { textMax } = limits.value
  // A code point has one or two code units, so a short text need not be counted.
  const left = text.length > textMax - remainingShownBelow ? textMax - [...text].length : textMax
  const unsendable = text.trim() === '' || left < 0
  useLayoutEffect(() => {
    // Before the first paint, so that keys typed at once go to it.
    if (!hasCoarsePointer) area.current?.focus()
  }, [])
  const mentions = useMentions(session, conversation, area, setText)
  useLayoutEffect(() => {
    // As high as the text. The style sheet has the maximum.
    if (!area.current) return
    area.current.style.height = 'auto'
    area.current.style.height = `${area.current.scrollHeight}px`
  }, [text])

  function setText(next: string): void {
    if (isEdit) session.compositions.set(id, { ...composition, text: next })
    else session.drafts.set(id, next)
  }

  function onInput(event: TargetedEvent<HTMLTextAreaElement>): void {
    setText(event.currentTarget.value)
    mentions.update()
    if (!isEdit && event.currentTarget.value !== '') session.typing.typed(id)
  }

  async function send(): Promise<void> {
    if (unsendable) return
    area.current?.focus()
    if (isEdit) {
      const isUnchanged = text === composition.message.text
      if (!isUnchanged && !(await session.edit(composition.message.id, text))) return
      return session.compositions.set(id, undefined)
    }
    session.outbox.send(id, text, composition?.message.id)
    session.typing.sent(id)
    session.drafts.set(id, '')
    session.compositions.set(id, undefined)
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
    // In an input method, Enter ends the composition.
    if (event.isComposing) return
    if (mentions.onKey(event.key)) {
      event.preventDefault()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape' && composition) {
      session.compositions.set(id, undefined)
    } else if (event.key === 'ArrowUp' && text === '' && !composition) {
      const mine = conversation.messages.findLast(
        ({ from, deletedAt }) => from === session.me && !deletedAt,
      )
      if (!mine) return
      event.preventDefault()
      session.compositions.edit(id, mine)
    }
  }

  function note(): string {
    if (left < 0) return words.overLimit(-left, textMax)
    if (left <= remainingShownBelow) return words.charactersLeft(left)
    return isEdit ? words.enterToSave : words.enterToSend
  }

  const title = titleOf(id, conversation.title)
  const label = id === everyone ? words.writeToEveryone : words.writeTo(title)
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <CompositionBar session={session} conversation={id} />
      <label class="visually-hidden" for="composer">
        {label}
      </label>
      <MentionSuggestions mentions={mentions} />
      <div class="composer-box">
        <textarea
          id="composer"
          ref={area}
          rows={1}
          dir="auto"
          placeholder={label}
          enterkeyhint="send"
          aria-describedby="composer-note"
          aria-autocomplete="list"
          aria-controls="mentions"
          aria-activedescendant={mentions.activeId}
          value={text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onBlur={mentions.close}
        />
        <button
          class="send"
          type="submit"
          aria-label={isEdit ? words.save : words.send}
          aria-disabled={unsendable}
        >
          <Icon name={isEdit ? 'check' : 'send'} />
        </button>
      </div>
      <p
        id="composer-note"
        class={left < 0 ? 'composer-note is-over' : 'composer-note'}
        aria-live="polite"
      >
        {note()}
      </p>
    </form>
  )
}
