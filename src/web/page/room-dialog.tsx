import { useSignal } from '@preact/signals'
import { type Room, roomConversation } from '../../client/state/index.ts'
import { rightsIn } from '../state/rights.ts'
import { displayText } from '../text/display-text.ts'
import { AddMember } from './add-member.tsx'
import { BanList } from './ban-list.tsx'
import type { ChatSession } from './chat-session.ts'
import { confirmFirst, Dialog, showDialog } from './dialog.tsx'
import { Icon } from './icons.tsx'
import { MemberList } from './member-list.tsx'
import { strings } from './preferences.ts'

/** What a room is about, who is in it, and what the user may do there. */
export function RoomDialog({ session, name }: { session: ChatSession; name: string }) {
  const words = strings.value
  const adding = useSignal(false)
  const conversation = session.conversation(roomConversation(name))
  const room = conversation?.room
  if (!conversation || !room)
    return (
      <Dialog title={name}>
        <p>{words.notInRoom}</p>
      </Dialog>
    )
  const rights = rightsIn(room)
  return (
    <Dialog title={room.title}>
      <p class="room-facts">
        <Icon name={room.access === 'private' ? 'lock' : 'room'} />
        {room.access === 'private' ? words.isPrivate : words.isOpen}
        {room.archived && ` · ${words.isArchived}`}
      </p>
      {room.topic !== '' && (
        <p class="room-topic" dir="auto">
          {displayText(room.topic)}
        </p>
      )}
      <div class="dialog-section">
        <h3>{words.members(room.memberCount)}</h3>
        {rights.add && (
          <button
            class="button small add-button"
            type="button"
            aria-expanded={adding.value}
            onClick={() => {
              adding.value = !adding.value
            }}
          >
            <Icon name="plus" />
            {words.addSomeone}
          </button>
        )}
      </div>
      {adding.value && <AddMember session={session} conversation={conversation} room={name} />}
      <MemberList session={session} conversation={conversation} room={room} />
      {rights.moderate && <BanList session={session} room={name} />}
      <p class="dialog-actions">
        {rights.moderate && (
          <button
            class="button"
            type="button"
            onClick={() => showDialog({ kind: 'room-settings', room: name })}
          >
            <Icon name="pencil" />
            {words.changeRoom}
          </button>
        )}
        <button class="button danger" type="button" onClick={() => leave(session, room)}>
          <Icon name="leave" />
          {words.leave}
        </button>
      </p>
    </Dialog>
  )
}

function leave(session: ChatSession, { name, title, access }: Room): void {
  const words = strings.peek()
  confirmFirst({
    title: words.leaveTitle(title),
    text: access === 'private' ? words.leavePrivateText : words.leaveText,
    action: words.leave,
    onConfirm: () => void session.attempt(() => session.client.rooms.leave(name)),
  })
}
