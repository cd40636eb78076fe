import { useSignal } from '@preact/signals'
import { personConversation } from '../state/conversation-ids.ts'
import { directory, knownName } from '../state/people.ts'
import { explain } from '../text/explain.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, Dialog } from './dialog.tsx'
import { strings } from './preferences.ts'
import { hrefOf } from './route.ts'
import { SearchField } from './search-field.tsx'

/** Of the people that are found. */
const maxListed = 100

/** The directory: who is online, and with whom the user wrote. Others are found by their whole name. */
export function PeopleDialog({ session }: { session: ChatSession }) {
  const words = strings.value
  const query = useSignal('')
  const failed = useSignal<unknown>(undefined)
  const state = session.store.state.value
  const found = directory(state, query.value)
  const typed = query.value.trim()
  const isOther = typed !== '' && knownName(state, typed) === undefined

  function open(name: string): void {
    closeDialog()
    location.hash = hrefOf(personConversation(name))
  }

  async function openTyped(): Promise<void> {
    failed.value = undefined
    const known = knownName(state, typed)
    if (typed === '') return
    if (known !== undefined) return open(known)
    try {
      const id = await session.findPerson(typed)
      closeDialog()
      location.hash = hrefOf(id)
    } catch (error) {
      failed.value = error
    }
  }

  return (
    <Dialog title={words.people}>
      <SearchField
        label={words.findPerson}
        query={query}
        error={failed.value === undefined ? '' : explain(failed.value, words).text}
        onInput={() => {
          failed.value = undefined
        }}
        onSubmit={openTyped}
      />
      <ul class="items dialog-list" aria-label={words.people}>
        {found.slice(0, maxListed).map(({ name, online }) => (
          <li key={name}>
            <button class="item person" type="button" onClick={() => open(name)}>
              <Avatar name={name} online={online && session.isLive.value} />
              <bdi class="item-name">{name}</bdi>
              {online && session.isLive.value && <span class="item-note">{words.isOnline}</span>}
            </button>
          </li>
        ))}
        {isOther && (
          <li>
            <button class="item person" type="button" onClick={openTyped}>
              <Avatar name={typed} />
              <span class="item-name">{words.writeTo(typed)}</span>
            </button>
          </li>
        )}
        {typed === '' && (
          <li>
            <button class="item person" type="button" onClick={() => open(session.me)}>
              <Avatar name={session.me} />
              <span class="item-name">{words.emptySelf}</span>
            </button>
          </li>
        )}
      </ul>
      <p class="dialog-note">
        {found.length > maxListed
          ? words.moreFound(found.length - maxListed)
          : found.length === 0 && typed === ''
            ? words.nobodyKnown
            : words.peopleHint}
      </p>
    </Dialog>
  )
}
