import type { RefObject } from 'preact'
import { type ConversationId, roomOf } from '../../client/state/index.ts'
import { everyone, partnerOf } from '../state/conversation-ids.ts'
import { displayText } from '../text/display-text.ts'
import { ConversationAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { titleOf } from './conversation-title.ts'
import { showDialog } from './dialog.tsx'
import { Icon, IconButton } from './icons.tsx'
import { strings } from './preferences.ts'
import { listHref } from './route.ts'

interface ConversationHeadProps {
  session: ChatSession
  id: ConversationId
  titleRef: RefObject<HTMLHeadingElement | null>
}

/** The title of the open conversation, what is known of it, and its buttons. */
export function ConversationHead({ session, id, titleRef }: ConversationHeadProps) {
  const words = strings.value
  const conversation = session.conversation(id)
  const room = roomOf(id)
  const muted = conversation?.muted === true
  return (
    <header class="conversation-head">
      <a class="icon-button conversation-back" href={listHref} aria-label={words.back}>
        <Icon name="back" />
        {session.unreadCount.value > 0 && <span class="badge dot" />}
      </a>
      <ConversationAvatar id={id} online={session.online.value} />
      <div class="conversation-title">
        <h2 id="conversation-title" ref={titleRef} tabIndex={-1}>
          <bdi>{titleOf(id, conversation?.title)}</bdi>
        </h2>
        <Subtitle session={session} id={id} />
      </div>
      {conversation && (
        <IconButton
          icon={muted ? 'bellOff' : 'bell'}
          label={muted ? words.unmute : words.mute}
          class="mute-button"
          onClick={() => void session.mute(id, !muted)}
        />
      )}
      {conversation && room !== undefined && (
        <IconButton
          icon="people"
          label={words.aboutRoom}
          class="about-button"
          opensDialog
          onClick={() => showDialog({ kind: 'room', room })}
        />
      )}
    </header>
  )
}

/** Who is there, or what a room is about. Not while nobody knows it. */
function Subtitle({ session, id }: { session: ChatSession; id: ConversationId }) {
  const words = strings.value
  const { state } = session.connection.value
  const conversation = session.conversation(id)
  if (state !== 'live') return <p>{state === 'lost' ? '' : words.connecting}</p>
  if (id === everyone) return <p>{words.onlineCount(session.store.state.value.online.count)}</p>
  const partner = partnerOf(id)
  if (partner !== undefined)
    return <p>{session.online.value.has(partner) ? words.isOnline : words.isOffline}</p>
  const { room } = conversation ?? {}
  if (!room) return <p />
  return (
    <p dir="auto">
      {words.members(room.memberCount)}
      {room.topic !== '' && ` · ${displayText(room.topic)}`}
    </p>
  )
}
