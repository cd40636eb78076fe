import { useSignal } from '@preact/signals'
import type { Conversation } from '../../client/state/index.ts'
import { directory } from '../state/people.ts'
import { explain } from '../text/explain.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'
import { SearchField } from './search-field.tsx'

/** Of the people that are suggested. */
const maxSuggested = 8

interface AddMemberProps {
  session: ChatSession
  conversation: Conversation
  room: string
}

/** Adds someone from the directory, or by their whole name. */
export function AddMember({ session, conversation, room }: AddMemberProps) {
  const words = strings.value
  const query = useSignal('')
  const failed = useSignal<unknown>(undefined)
  const suggested = directory(session.store.state.value, query.value)
    .filter(({ name }) => !conversation.members?.has(name))
    .slice(0, maxSuggested)

  async function add(name: string): Promise<void> {
    if (name === '') return
    failed.value = undefined
    try {
      await session.client.rooms.add(room, name)
      query.value = ''
    } catch (error) {
      failed.value = error
    }
  }

  return (
    <div class="add-member">
      <SearchField
        label={words.nameOfPerson}
        query={query}
        error={failed.value === undefined ? '' : explain(failed.value, words).text}
        onInput={() => {
          failed.value = undefined
        }}
        onSubmit={() => void add(query.value.trim())}
      />
      <ul class="items" aria-label={words.addSomeone}>
        {suggested.map(({ name, online }) => (
          <li key={name}>
            <button class="item person" type="button" onClick={() => void add(name)}>
              <Avatar name={name} online={online && session.isLive.value} />
              <bdi class="item-name">{name}</bdi>
              <span class="item-note">{words.add}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
