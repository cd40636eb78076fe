import type { Message } from '../../client/index.ts'
import { type Conversation, unreadCount } from '../state/chat.ts'
import { room } from '../state/conversation-key.ts'
import { displayText } from '../text/display-text.ts'
import { Avatar, EveryoneAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { now } from './clock.ts'
import { strings, times } from './preferences.ts'
import { personHref, roomHref } from './route.ts'

/** Characters of a message. */
const previewLength = 120

interface ItemProps {
  session: ChatSession
  conversation: Conversation
  open: boolean
  online: boolean
}

/** A conversation in the list, with its last message and the number of unread ones. */
export function ConversationItem({ session, conversation, open, online }: ItemProps) {
  const words = strings.value
  const isRoom = conversation.key === room
  const last = conversation.messages.at(-1)
  const count = unreadCount(session.chat.value, conversation)
  const shownCount = count > 99 ? '99+' : String(count)
  return (
    <li>
      <a
        class="item"
        href={isRoom ? roomHref : personHref(conversation.name)}
        aria-current={open ? 'page' : undefined}
      >
        {isRoom ? <EveryoneAvatar /> : <Avatar name={conversation.name} online={online} />}
        <span class="item-lines">
          <span class="item-line">
            <bdi class="item-name">{isRoom ? words.room : conversation.name}</bdi>
            {last && (
              <time class="item-time" dateTime={last.sentAt}>
                {times.value.short(last.sentAt, now.value)}
              </time>
            )}
          </span>
          <span class="item-line">
            <span class="item-last" dir="auto">
              {last
                ? preview(last, session.me, isRoom)
                : isRoom
                  ? words.everyone
                  : words.nothingYet}
            </span>
            {count > 0 && (
              <span class="badge">
                <span aria-hidden="true">{shownCount}</span>
                <span class="visually-hidden">{words.unread(shownCount)}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
}

function preview({ from, text }: Message, me: string, inRoom: boolean): string {
  const words = strings.value
  const short = displayText(text.slice(0, previewLength))
  if (from === me) return words.youSaid(short)
  return inRoom ? words.said(from, short) : short
}
