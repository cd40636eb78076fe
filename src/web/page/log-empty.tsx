import type { Conversation } from '../state/chat.ts'
import { foldName, room } from '../state/conversations.ts'
import { Avatar } from './avatar.tsx'
import { Logo } from './icons.tsx'
import { strings } from './preferences.ts'
import type { Visit } from './visit.ts'

/** A conversation in which nothing was said: says what it is, and what to do. */
export function LogEmpty({ visit, held }: { visit: Visit; held: Conversation }) {
  const words = strings.value
  const { key, name } = held
  const [title, lead] =
    key === room
      ? [words.emptyRoom, words.emptyRoomLead]
      : key === foldName(visit.me)
        ? [words.emptySelf, words.emptySelfLead]
        : [words.emptyDirect(name), words.emptyDirectLead]
  return (
    <div class="empty">
      {key === room ? <Logo /> : <Avatar name={name} />}
      <h3>{title}</h3>
      <p>{lead}</p>
    </div>
  )
}
