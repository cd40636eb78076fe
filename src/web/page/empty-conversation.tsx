import type { Conversation } from '../state/chat.ts'
import { foldName, room } from '../state/conversations.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { Logo } from './icons.tsx'
import { strings } from './preferences.ts'

/** A conversation in which nothing was said: says what it is, and what to do. */
export function EmptyConversation({
  session,
  conversation,
}: {
  session: ChatSession
  conversation: Conversation
}) {
  const words = strings.value
  const { key, name } = conversation
  const [title, lead] =
    key === room
      ? [words.emptyRoom, words.emptyRoomLead]
      : key === foldName(session.me)
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
