import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { newIdempotencyKey } from '../../client/client.ts'
import { roomConversation } from '../../client/state/index.ts'
import { roomNameFrom } from '../state/room-name.ts'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { strings } from './preferences.ts'
import { hrefOf } from './route.ts'

/** Makes a room. Its name follows from its title. */
export function NewRoomDialog({ session }: { session: ChatSession }) {
  const words = strings.value
  const title = useRef<HTMLInputElement>(null)
  const topic = useRef<HTMLInputElement>(null)
  const access = useSignal<'open' | 'private'>('open')
  const name = useSignal('')
  const busy = useSignal(false)
  const failed = useSignal<unknown>(undefined)
  const isEmpty = useSignal(false)
  // Making the room again after an error makes it once.
  const key = useRef(newIdempotencyKey())
  useLayoutEffect(() => title.current?.focus(), [])

  async function make(event: Event): Promise<void> {
    event.preventDefault()
    const typed = title.current?.value.trim() ?? ''
    isEmpty.value = typed === ''
    if (typed === '') return title.current?.focus()
    if (busy.value) return
    busy.value = true
    failed.value = undefined
    try {
      const room = await session.client.rooms.create(
        {
          name: roomNameFrom(typed) || typed,
          title: typed,
          topic: topic.current?.value.trim() ?? '',
          access: access.value,
        },
        { idempotencyKey: key.current },
      )
      closeDialog()
      location.hash = hrefOf(roomConversation(room.name))
    } catch (error) {
      failed.value = error
      key.current = newIdempotencyKey()
      title.current?.focus()
    }
    busy.value = false
  }

  const problem = failed.value === undefined ? undefined : explain(failed.value, words)
  const ofTopic = problem?.field === 'topic'
  return (
    <Dialog title={words.makeRoom}>
      <form class="dialog-form" onSubmit={make} noValidate>
        <Field
          id="room-title"
          label={words.roomTitle}
          hint={name.value === '' ? words.roomTitleHint : words.roomNameHint(name.value)}
          error={isEmpty.value ? words.missing : ofTopic ? undefined : problem?.text}
          type="text"
          name="title"
          autocomplete="off"
          inputRef={title}
          onInput={(value) => {
            name.value = roomNameFrom(value)
          }}
        />
        <Field
          id="room-topic"
          label={words.roomTopic}
          hint={words.roomTopicHint}
          error={ofTopic ? problem.text : undefined}
          type="text"
          name="topic"
          autocomplete="off"
          inputRef={topic}
        />
        <fieldset class="radios">
          <legend>{words.whoMayJoin}</legend>
          {(['open', 'private'] as const).map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="access"
                value={value}
                checked={access.value === value}
                onChange={() => {
                  access.value = value
                }}
              />
              <span class="radio-text">
                <strong>{value === 'open' ? words.open : words.private}</strong>
                {value === 'open' ? words.openHint : words.privateHint}
              </span>
            </label>
          ))}
        </fieldset>
        <button class="button primary wide" type="submit" aria-disabled={busy.value}>
          {words.makeRoom}
        </button>
      </form>
    </Dialog>
  )
}
