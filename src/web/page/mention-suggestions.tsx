import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import type { Conversation } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { completeMention, type MentionDraft, mentionAt, suggestNames } from '../state/mentions.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'

const maxSuggestions = 6

/** The names that complete the mention at the caret, and the chosen one of them. */
interface Suggestions {
  readonly draft: MentionDraft
  readonly names: readonly string[]
  readonly chosen: number
}

/** Names for the mention that is being written. Arrow keys choose, Enter and Tab complete. */
export function useMentions(
  session: ChatSession,
  conversation: Conversation,
  area: RefObject<HTMLTextAreaElement | null>,
  setText: (text: string) => void,
) {
  const open = useSignal<Suggestions | undefined>(undefined)

  function close(): void {
    open.value = undefined
  }

  function update(): void {
    const { value = '', selectionStart = 0 } = area.current ?? {}
    const draft = mentionAt(value, selectionStart)
    const names = draft
      ? suggestNames(draft.query, namesIn(session, conversation), maxSuggestions)
      : []
    open.value = draft && names.length > 0 ? { draft, names, chosen: 0 } : undefined
  }

  function complete(name: string): void {
    if (!area.current || !open.value) return
    const { value, selectionStart } = area.current
    const completed = completeMention(value, selectionStart, open.value.draft, name)
    // At once, so that the caret can be set.
    area.current.value = completed.text
    area.current.setSelectionRange(completed.caret, completed.caret)
    area.current.focus()
    setText(completed.text)
    close()
  }

  /** @returns whether the key was for the list */
  function onKey(key: string): boolean {
    if (!open.value) return false
    const { names, chosen } = open.value
    if (key === 'Escape') close()
    else if (key === 'Enter' || key === 'Tab') complete(names[chosen] as string)
    else if (key === 'ArrowDown' || key === 'ArrowUp') {
      const step = key === 'ArrowDown' ? 1 : names.length - 1
      open.value = { ...open.value, chosen: (chosen + step) % names.length }
    } else return false
    return true
  }

  const activeId = open.value && `mention-${open.value.chosen}`
  return { open: open.value, activeId, update, close, complete, onKey }
}

/** Those who are likely meant first: who spoke last, then the others who may read it. */
function* namesIn(session: ChatSession, { id, messages, members }: Conversation): Iterable<string> {
  const { me, store } = session
  const partner = partnerOf(id)
  if (partner !== undefined) return yield partner
  const spoke = new Set(
    messages
      .slice(-100)
      .map(({ from }) => from)
      .reverse(),
  )
  const others = members?.keys() ?? store.state.value.online.names
  for (const name of spoke) if (name !== me && (!members || members.has(name))) yield name
  for (const name of others) if (name !== me && !spoke.has(name)) yield name
}

export function MentionSuggestions({ mentions }: { mentions: ReturnType<typeof useMentions> }) {
  const { open, complete } = mentions
  const words = strings.value
  return (
    <>
      <div
        class="mentions"
        id="mentions"
        role="listbox"
        aria-label={words.mentionSomeone}
        hidden={!open}
      >
        {open?.names.map((name, at) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the text field has the focus and the keys
          <div
            key={name}
            id={`mention-${at}`}
            class="item person"
            role="option"
            aria-selected={at === open.chosen}
            // The text field keeps the focus.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => complete(name)}
          >
            <Avatar name={name} />
            <bdi class="item-name">{name}</bdi>
          </div>
        ))}
      </div>
      <p class="visually-hidden" role="status">
        {open ? words.suggestions(open.names.length) : ''}
      </p>
    </>
  )
}
