import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Room } from '../../client/state/index.ts'
import { displayText } from '../text/display-text.ts'
import { explain } from '../text/explain.ts'
import { RoomAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'
import { listHref } from './route.ts'

/** A room that the user is not in: what it is, and the way in. */
export function RoomDoor({ session, name }: { session: ChatSession; name: string }) {
  const words = strings.value
  const room = useSignal<Room | undefined>(undefined)
  const failed = useSignal<unknown>(undefined)
  const isLive = session.isLive.value
  const isListed = session.store.state.value.listing.complete
  useEffect(() => {
    if (!isLive || !isListed) return
    failed.value = undefined
    session.client.rooms.get(name).then(
      (found) => {
        room.value = found
      },
      (error) => {
        failed.value = error
      },
    )
  }, [isLive, isListed])

  if (failed.value !== undefined)
    return (
      <div class="empty" role="alert">
        <h3>{explain(failed.value, words).text}</h3>
        <a class="button" href={listHref}>
          {words.back}
        </a>
      </div>
    )
  const shown = room.value
  if (!shown) return <p class="empty">{isLive ? words.loading : words.connecting}</p>
  const join = () => session.attempt(() => session.client.rooms.join(name))
  return (
    <div class="empty">
      <RoomAvatar name={name} />
      <h3>
        <bdi>{shown.title}</bdi>
      </h3>
      {shown.topic !== '' && <p dir="auto">{displayText(shown.topic)}</p>}
      <p>
        {words.members(shown.memberCount)}
        {shown.archived && ` · ${words.isArchived}`}
      </p>
      <button class="button primary" type="button" onClick={join}>
        {words.join}
      </button>
      <p class="door-note">{words.joinHint}</p>
    </div>
  )
}
