import type { Message } from '../../client/index.ts'
import { type Conversation, unread } from '../state/chat.ts'
import { room } from '../state/conversations.ts'
import { shown } from '../text/shown.ts'
import { Avatar, RoomAvatar } from './avatar.tsx'
import { now } from './clock.ts'
import { toPerson, toRoom } from './place.ts'
import { strings, times } from './preferences.ts'
import type { Visit } from './visit.ts'

/** Of a long text no more goes into the list. */
const previewLength = 120

interface ItemProps {
  visit: Visit
  held: Conversation
  open: boolean
  online: boolean
}

/** A conversation in the list: with whom, what was said last, and how much was not read. */
export function ConversationItem({ visit, held, open, online }: ItemProps) {
  const words = strings.value
  const isRoom = held.key === room
  const last = held.messages.at(-1)
  const count = unread(visit.chat.value, held)
  const told = count > 99 ? '99+' : String(count)
  return (
    <li>
      <a
        class="item"
        href={isRoom ? toRoom : toPerson(held.name)}
        aria-current={open ? 'page' : undefined}
      >
        {isRoom ? <RoomAvatar /> : <Avatar name={held.name} online={online} />}
        <span class="item-lines">
          <span class="item-line">
            <bdi class="item-name">{isRoom ? words.room : held.name}</bdi>
            {last && (
              <time class="item-time" dateTime={last.sentAt}>
                {times.value.short(last.sentAt, now.value)}
              </time>
            )}
          </span>
          <span class="item-line">
            <span class="item-last" dir="auto">
              {last ? preview(last, visit.me, isRoom) : isRoom ? words.everyone : words.nothingYet}
            </span>
            {count > 0 && (
              <span class="badge">
                <span aria-hidden="true">{told}</span>
                <span class="aloud">{words.unread(told)}</span>
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
  const short = shown(text.slice(0, previewLength))
  if (from === me) return words.youSaid(short)
  return inRoom ? words.said(from, short) : short
}
