import { useSignal } from '@preact/signals'
import type { TargetedEvent } from 'preact'
import type { ConversationId } from '../../client/state/index.ts'
import type { MessageRow } from '../state/rows.ts'
import { hueOf } from '../text/avatar.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { MessageText } from './message-text.tsx'
import { MessageToolbar } from './message-toolbar.tsx'
import { strings, times } from './preferences.ts'
import { Reactions } from './reactions.tsx'
import { ReplyQuote } from './reply-quote.tsx'

interface MessageItemProps {
  session: ChatSession
  /** The id alone: the item is not rendered again when its conversation changes. */
  conversation: ConversationId
  row: MessageRow
  /** Without names, because there are only two users. */
  direct: boolean
}

/** A message in its group. */
export function MessageItem({ session, conversation, row, direct }: MessageItemProps) {
  const { message, first, last } = row
  const words = strings.value
  const { hasTools, ...handlers } = useTools()
  const own = message.from === session.me
  const named = first && !own && !direct
  const mentioned = message.mentions?.includes(session.me) === true
  const kind = `message ${own ? 'own' : 'other'}${first ? ' first' : ''}${last ? ' last' : ''}`
  return (
    <li
      class={`${kind}${mentioned ? ' is-mention' : ''}`}
      data-id={message.id}
      tabIndex={-1}
      {...handlers}
    >
      {named && <Avatar name={message.from} />}
      <div class="bubble">
        {named ? (
          <p class={`author hue-${hueOf(message.from)}`}>
            <bdi>{message.from}</bdi>
          </p>
        ) : (
          <p class="visually-hidden">{own ? words.youHere : <bdi>{message.from}</bdi>}</p>
        )}
        {message.replyTo !== undefined && !message.deletedAt && (
          <ReplyQuote session={session} conversation={conversation} message={message} />
        )}
        {message.deletedAt === undefined ? (
          <MessageText text={message.text} mentions={message.mentions} me={session.me} />
        ) : (
          <p class="deleted">{words.deletedMessage}</p>
        )}
        <time dateTime={message.sentAt} title={times.value.whole(message.sentAt)}>
          {message.editedAt !== undefined && (
            <span title={times.value.whole(message.editedAt)}>{words.edited} </span>
          )}
          {times.value.time(message.sentAt)}
        </time>
        {hasTools && message.deletedAt === undefined && (
          <MessageToolbar session={session} conversation={conversation} message={message} />
        )}
      </div>
      <Reactions session={session} messageId={message.id} reactions={message.reactions} />
    </li>
  )
}

/** Whether the mouse or the focus is on the message. */
function useTools() {
  const hovered = useSignal(false)
  const focused = useSignal(false)
  return {
    hasTools: hovered.value || focused.value,
    onPointerEnter: ({ pointerType }: PointerEvent) => {
      hovered.value = pointerType === 'mouse'
    },
    onPointerLeave: () => {
      hovered.value = false
    },
    onFocusIn: () => {
      focused.value = true
    },
    onFocusOut: ({ currentTarget, relatedTarget }: TargetedEvent<HTMLElement, FocusEvent>) => {
      focused.value = currentTarget.contains(relatedTarget as Node | null)
    },
  }
}
