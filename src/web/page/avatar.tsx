import { type ConversationId, roomOf } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { hueOf, initialOf } from '../text/avatar.ts'
import { Icon } from './icons.tsx'

/** A user's colour and initial. Hidden from screen readers, because the name is beside it. */
export function Avatar({ name, online = false }: { name: string; online?: boolean }) {
  return (
    <span class={`avatar hue-${hueOf(name)}${online ? ' is-online' : ''}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  )
}

/** A room's colour. */
export function RoomAvatar({ name }: { name: string }) {
  return (
    <span class={`avatar room-avatar hue-${hueOf(name)}`} aria-hidden="true">
      <Icon name="room" />
    </span>
  )
}

interface ConversationAvatarProps {
  id: ConversationId
  online: ReadonlySet<string>
}

/** The avatar of a conversation. */
export function ConversationAvatar({ id, online }: ConversationAvatarProps) {
  const room = roomOf(id)
  const partner = partnerOf(id)
  if (room !== undefined) return <RoomAvatar name={room} />
  if (partner !== undefined) return <Avatar name={partner} online={online.has(partner)} />
  return (
    <span class="avatar everyone-avatar" aria-hidden="true">
      <Icon name="everyone" />
    </span>
  )
}
