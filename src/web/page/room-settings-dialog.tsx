import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { RoomChanges } from '../../client/index.ts'
import { type Room, roomConversation } from '../../client/state/index.ts'
import { rightsIn } from '../state/rights.ts'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, confirmFirst, Dialog, showDialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { strings } from './preferences.ts'

/** Changes a room: its title and topic, and for owners what cannot be taken back. */
export function RoomSettingsDialog({ session, name }: { session: ChatSession; name: string }) {
  const words = strings.value
  const title = useRef<HTMLInputElement>(null)
  const topic = useRef<HTMLInputElement>(null)
  const failed = useSignal<unknown>(undefined)
  const room = session.conversation(roomConversation(name))?.room
  if (!room) return <Dialog title={name}>{words.notInRoom}</Dialog>

  async function save(event: Event): Promise<void> {
    event.preventDefault()
    failed.value = undefined
    const changes = {
      title: title.current?.value.trim() ?? '',
      topic: topic.current?.value.trim() ?? '',
    }
    try {
      await session.client.rooms.update(name, changes)
      showDialog({ kind: 'room', room: name })
    } catch (error) {
      failed.value = error
    }
  }

  const problem = failed.value === undefined ? undefined : explain(failed.value, words)
  return (
    <Dialog title={words.changeRoom}>
      <form class="dialog-form" onSubmit={save} noValidate>
        <Field
          id="room-title"
          label={words.roomTitle}
          error={problem?.field === 'topic' ? undefined : problem?.text}
          type="text"
          name="title"
          autocomplete="off"
          inputRef={title}
          value={room.title}
        />
        <Field
          id="room-topic"
          label={words.roomTopic}
          hint={words.roomTopicHint}
          error={problem?.field === 'topic' ? problem.text : undefined}
          type="text"
          name="topic"
          autocomplete="off"
          inputRef={topic}
          value={room.topic}
        />
        <button class="button primary wide" type="submit">
          {words.save}
        </button>
      </form>
      {rightsIn(room).own && <OwnersPart session={session} room={room} />}
    </Dialog>
  )
}

/** Archiving, making private and deleting. */
function OwnersPart({ session, room }: { session: ChatSession; room: Room }) {
  const words = strings.value
  const { rooms } = session.client
  const change = (changes: RoomChanges) =>
    void session.attempt(() => rooms.update(room.name, changes))
  return (
    <div class="owners-part">
      <button class="button" type="button" onClick={() => change({ archived: !room.archived })}>
        {room.archived ? words.unarchive : words.archive}
      </button>
      <p>{room.archived ? words.unarchiveHint : words.archiveHint}</p>
      {room.access === 'open' && (
        <>
          <button
            class="button"
            type="button"
            onClick={() =>
              confirmFirst({
                title: words.makePrivateTitle(room.title),
                text: words.makePrivateText,
                action: words.makePrivate,
                onConfirm: () => change({ access: 'private' }),
              })
            }
          >
            {words.makePrivate}
          </button>
          <p>{words.makePrivateHint}</p>
        </>
      )}
      <button
        class="button danger"
        type="button"
        onClick={() =>
          confirmFirst({
            title: words.deleteRoomTitle(room.title),
            text: words.deleteRoomText,
            action: words.deleteRoom,
            onConfirm: () => {
              closeDialog()
              void session.attempt(() => rooms.delete(room.name))
            },
          })
        }
      >
        {words.deleteRoom}
      </button>
      <p>{words.deleteRoomHint}</p>
    </div>
  )
}
