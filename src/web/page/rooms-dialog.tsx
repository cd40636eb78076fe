import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Room, roomConversation } from '../../client/state/index.ts'
import { displayText } from '../text/display-text.ts'
import { explain } from '../text/explain.ts'
import { RoomAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, Dialog, showDialog } from './dialog.tsx'
import { Icon } from './icons.tsx'
import { strings } from './preferences.ts'
import { hrefOf } from './route.ts'
import { SearchField } from './search-field.tsx'

/** So long after the last letter the server is asked, in ms. */
const pauseMs = 200

/** The rooms that the user may join, and their own. */
export function RoomsDialog({ session }: { session: ChatSession }) {
  const words = strings.value
  const query = useSignal('')
  const rooms = useSignal<readonly Room[] | undefined>(undefined)
  const more = useSignal(false)
  const failed = useSignal<unknown>(undefined)
  const typed = query.value.trim()

  async function load(after?: string): Promise<void> {
    try {
      const page = await session.client.rooms.list({ q: typed || undefined, after })
      // The user has typed on, and another call is under way.
      if (query.peek().trim() !== typed) return
      rooms.value = after === undefined ? page.rooms : [...(rooms.peek() ?? []), ...page.rooms]
      more.value = page.more
      failed.value = undefined
    } catch (error) {
      failed.value = error
    }
  }

  useEffect(() => {
    const timer = setTimeout(() => void load(), rooms.peek() ? pauseMs : 0)
    return () => clearTimeout(timer)
  }, [typed])

  const found = rooms.value
  return (
    <Dialog title={words.rooms}>
      <button
        class="button primary wide"
        type="button"
        onClick={() => showDialog({ kind: 'new-room' })}
      >
        <Icon name="plus" />
        {words.makeRoom}
      </button>
      <SearchField
        label={words.findRoom}
        query={query}
        error={failed.value === undefined ? '' : explain(failed.value, words).text}
        onSubmit={() => void load()}
      />
      <ul class="items dialog-list" aria-label={words.rooms}>
        {found?.map((room) => (
          <RoomItem key={room.name} room={room} />
        ))}
      </ul>
      {more.value && (
        <button class="link" type="button" onClick={() => void load(found?.at(-1)?.name)}>
          {words.showMore}
        </button>
      )}
      {found?.length === 0 && (
        <p class="dialog-note">{typed === '' ? words.noRooms : words.noRoomFound}</p>
      )}
      {found === undefined && failed.value === undefined && (
        <p class="dialog-note">{words.loading}</p>
      )}
    </Dialog>
  )
}

function RoomItem({ room }: { room: Room }) {
  const words = strings.value
  const { name, title, topic, access, memberCount, role } = room
  return (
    <li>
      <a class="item" href={hrefOf(roomConversation(name))} onClick={closeDialog}>
        <RoomAvatar name={name} />
        <span class="item-lines">
          <span class="item-line">
            <bdi class="item-name">{title}</bdi>
            {access === 'private' && (
              <>
                <Icon name="lock" />
                <span class="visually-hidden">{words.isPrivate}</span>
              </>
            )}
            {role !== undefined && <span class="item-note">{words.joined}</span>}
          </span>
          <span class="item-last" dir="auto">
            {topic === '' ? words.members(memberCount) : displayText(topic)}
          </span>
        </span>
      </a>
    </li>
  )
}
