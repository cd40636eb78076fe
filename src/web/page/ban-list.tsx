import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RoomBan } from '../../client/index.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'

/** Who is banned from a room. Nothing, if nobody is. */
export function BanList({ session, room }: { session: ChatSession; room: string }) {
  const words = strings.value
  const bans = useSignal<readonly RoomBan[]>([])
  const load = () =>
    session.client.rooms.bans(room).then(
      (page) => {
        bans.value = page.bans
      },
      // The list is less important than what is around it.
      () => {},
    )
  useEffect(() => void load(), [])
  if (bans.value.length === 0) return null
  return (
    <>
      <h3>{words.banned}</h3>
      <ul class="items members">
        {bans.value.map(({ username, by }) => (
          <li key={username} class="member-line">
            <span class="item person">
              <bdi class="item-name">{username}</bdi>
              <span class="item-note">{words.bannedBy(by)}</span>
            </span>
            <button
              class="button small"
              type="button"
              onClick={async () => {
                await session.attempt(() => session.client.rooms.unban(room, username))
                await load()
              }}
            >
              {words.liftBan}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
