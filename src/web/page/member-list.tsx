import { useSignal } from '@preact/signals'
import {
  type Conversation,
  type HeldMember,
  type Room,
  type RoomRole,
  sortedMembers,
} from '../../client/state/index.ts'
import { personConversation } from '../state/conversation-ids.ts'
import { isAbove, rightsIn } from '../state/rights.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, confirmFirst } from './dialog.tsx'
import { IconButton } from './icons.tsx'
import { strings } from './preferences.ts'
import { hrefOf } from './route.ts'

/** Of the members, until the user asks for all. */
const maxListed = 50

interface MemberListProps {
  session: ChatSession
  conversation: Conversation
  room: Room
}

/** The members with their roles. */
export function MemberList({ session, conversation, room }: MemberListProps) {
  const words = strings.value
  const all = useSignal(false)
  const chosen = useSignal<string | undefined>(undefined)
  const members = sortedMembers(session.store.state.value, conversation)
  const shown = all.value ? members : members.slice(0, maxListed)
  return (
    <>
      <ul class="items members" aria-label={words.memberList}>
        {shown.map((member) => {
          const { username, role, online } = member
          const isChosen = chosen.value === username
          const mayChange =
            isAbove(room.role, role) || (rightsIn(room).own && username !== session.me)
          return (
            <li key={username} class="member">
              <div class="member-line">
                <a
                  class="item person"
                  href={hrefOf(personConversation(username))}
                  onClick={closeDialog}
                >
                  <Avatar name={username} online={online && session.isLive.value} />
                  <bdi class="item-name">{username}</bdi>
                  <span class="item-note">
                    {username === session.me ? `${words.youHere} · ` : ''}
                    {words.roles[role]}
                  </span>
                </a>
                {mayChange && (
                  <IconButton
                    icon="more"
                    label={words.changeMember(username)}
                    pressed={isChosen}
                    onClick={() => {
                      chosen.value = isChosen ? undefined : username
                    }}
                  />
                )}
              </div>
              {isChosen && <MemberActions session={session} room={room} member={member} />}
            </li>
          )
        })}
      </ul>
      {shown.length < members.length && (
        <button
          class="link"
          type="button"
          onClick={() => {
            all.value = true
          }}
        >
          {words.showMore}
        </button>
      )}
    </>
  )
}

interface MemberActionsProps {
  session: ChatSession
  room: Room
  member: HeldMember
}

/** Roles, removing and banning, for who may. */
function MemberActions({ session, room, member: { username, role } }: MemberActionsProps) {
  const words = strings.value
  const { rooms } = session.client
  const giveRole = (to: RoomRole) => session.attempt(() => rooms.setRole(room.name, username, to))
  const ban = () =>
    confirmFirst({
      title: words.banTitle(username),
      text: words.banText,
      action: words.ban,
      onConfirm: () => void session.attempt(() => rooms.ban(room.name, username)),
    })
  return (
    <p class="member-actions">
      {rightsIn(room).own &&
        (['member', 'moderator', 'owner'] as const)
          .filter((to) => to !== role)
          .map((to) => (
            <button key={to} class="button small" type="button" onClick={() => giveRole(to)}>
              {words.giveRole[to]}
            </button>
          ))}
      {isAbove(room.role, role) && (
        <>
          <button
            class="button small"
            type="button"
            onClick={() => session.attempt(() => rooms.remove(room.name, username))}
          >
            {words.remove}
          </button>
          <button class="button small danger" type="button" onClick={ban}>
            {words.ban}
          </button>
        </>
      )}
    </p>
  )
}
