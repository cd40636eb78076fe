import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'
import { personHref } from './route.ts'

/** Opens the conversation with a user by name. */
export function FindPerson({ session }: { session: ChatSession }) {
  const words = strings.value
  const input = useRef<HTMLInputElement>(null)
  const failed = useSignal<unknown>(undefined)
  const busy = useSignal(false)

  async function find(event: Event): Promise<void> {
    event.preventDefault()
    const typed = input.current?.value.trim() ?? ''
    if (typed === '' || busy.value) return
    busy.value = true
    failed.value = undefined
    try {
      location.hash = personHref(await session.findUser(typed))
      if (input.current) input.current.value = ''
    } catch (error) {
      failed.value = error
      input.current?.focus()
    }
    busy.value = false
  }

  const others = session.onlineUsers.value.names.filter((name) => name !== session.me)
  return (
    <form class="find" onSubmit={find} noValidate>
      <label class="visually-hidden" for="find">
        {words.writeToSomeone}
      </label>
      <div class="find-box">
        <input
          id="find"
          ref={input}
          list="find-names"
          placeholder={words.writeToSomeone}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          dir="auto"
          aria-invalid={failed.value !== undefined}
          aria-describedby="find-note"
        />
        <button class="icon-button" type="submit" aria-label={words.open}>
          <Icon name="arrow" />
        </button>
      </div>
      <datalist id="find-names">
        {others.slice(0, 100).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p id="find-note" class="note" role="alert">
        {failed.value === undefined ? '' : explain(failed.value, words).text}
      </p>
    </form>
  )
}
