import type { MessageRow } from '../state/rows.ts'
import { hueOf } from '../text/avatar.ts'
import { Avatar } from './avatar.tsx'
import { MessageText } from './message-text.tsx'
import { strings, times } from './preferences.ts'

interface MessageItemProps {
  row: MessageRow
  me: string
  /** Without names, because there are only two users. */
  direct: boolean
}

/** A message in its group. */
export function MessageItem({ row: { message, first, last }, me, direct }: MessageItemProps) {
  const words = strings.value
  const own = message.from === me
  const named = first && !own && !direct
  const kind = `message ${own ? 'own' : 'other'}${first ? ' first' : ''}${last ? ' last' : ''}`
  return (
    <li class={kind} data-id={message.id}>
      {named && <Avatar name={message.from} />}
      <div class="bubble">
        {named ? (
          <p class={`author hue-${hueOf(message.from)}`}>
            <bdi>{message.from}</bdi>
          </p>
        ) : (
          <p class="visually-hidden">{own ? words.youHere : <bdi>{message.from}</bdi>}</p>
        )}
        <MessageText text={message.text} />
        <time dateTime={message.sentAt} title={times.value.whole(message.sentAt)}>
          {times.value.time(message.sentAt)}
        </time>
      </div>
    </li>
  )
}
