import { type Conversation, roomOf } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { Avatar, RoomAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { Logo } from './icons.tsx'
import { strings } from './preferences.ts'

interface EmptyConversationProps {
  session: ChatSession
  conversation: Conversation
}

/** Explains what the conversation is for. */
export function EmptyConversation({ session, conversation }: EmptyConversationProps) {
  const words = strings.value
  const room = roomOf(conversation.id)
  const partner = partnerOf(conversation.id)
  if (room !== undefined)
    return (
      <div class="empty">
        <RoomAvatar name={room} />
        <h3>{words.emptyRoom(conversation.title)}</h3>
        <p>
          {conversation.room?.access === 'private' ? words.emptyPrivateLead : words.emptyRoomLead}
        </p>
      </div>
    )
  if (partner === undefined)
    return (
      <div class="empty">
        <Logo />
        <h3>{words.nothingYet}</h3>
        <p>{words.emptyEveryoneLead}</p>
      </div>
    )
  const isSelf = partner === session.me
  return (
    <div class="empty">
      <Avatar name={partner} />
      <h3>{isSelf ? words.emptySelf : words.emptyDirect(partner)}</h3>
      <p>{isSelf ? words.emptySelfLead : words.emptyDirectLead}</p>
    </div>
  )
}
