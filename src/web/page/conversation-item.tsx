import { type Conversation, typingIn } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { displayText } from '../text/display-text.ts'
import { ConversationAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { now } from './clock.ts'
import { titleOf } from './conversation-title.ts'
import { Icon } from './icons.tsx'
import { previewOf } from './message-preview.ts'
import { strings, times } from './preferences.ts'
import { hrefOf } from './route.ts'

interface ItemProps {
  session: ChatSession
  conversation: Conversation
  open: boolean
}

/** A conversation in the list, with its last message and the number of unread ones. */
export function ConversationItem({ session, conversation, open }: ItemProps) {
  const { id, last, muted } = conversation
  return (
    <li>
      <a class="item" href={hrefOf(id)} aria-current={open ? 'page' : undefined}>
        <ConversationAvatar id={id} online={session.online.value} />
        <span class="item-lines">
          <span class="item-line">
            <bdi class="item-name">{titleOf(id, conversation.title)}</bdi>
            {muted && (
              <>
                <Icon name="bellOff" />
                <span class="visually-hidden">{strings.value.isMuted}</span>
              </>
            )}
            {last && (
              <time class="item-time" dateTime={last.sentAt}>
                {times.value.short(last.sentAt, now.value)}
              </time>
            )}
          </span>
          <span class="item-line">
            <Preview session={session} conversation={conversation} open={open} />
            <Badges conversation={conversation} />
          </span>
        </span>
      </a>
    </li>
  )
}

/** Who is typing, the draft that waits, or the last message. */
function Preview({ session, conversation, open }: ItemProps) {
  const words = strings.value
  const { id, last } = conversation
  const [typist] = typingIn(conversation, performance.now())
  const draft = open ? '' : session.drafts.get(id)
  const isDirect = partnerOf(id) !== undefined
  if (typist !== undefined)
    return (
      <span class="item-last is-typing">
        {isDirect ? words.typingHere : words.isTyping(typist)}
      </span>
    )
  if (draft !== '')
    return (
      <span class="item-last">
        <span class="item-draft">{words.draft}</span> {displayText(draft.slice(0, 120))}
      </span>
    )
  return (
    <span class="item-last" dir="auto">
      {last ? said() : words.nothingYet}
    </span>
  )

  function said(): string {
    if (!last) return ''
    const short = previewOf(last)
    if (last.from === session.me) return words.youSaid(short)
    return isDirect ? short : words.said(last.from, short)
  }
}

/** How many messages are unread, and whether one of them mentions the user. */
function Badges({ conversation }: { conversation: Conversation }) {
  const words = strings.value
  const { unread, mentioned, muted } = conversation
  if (unread === 0) return null
  const shown = unread > 99 ? '99+' : String(unread)
  return (
    <>
      {mentioned > 0 && (
        <span class="badge at">
          <span aria-hidden="true">@</span>
          <span class="visually-hidden">{words.mentionsYou}</span>
        </span>
      )}
      <span class={muted ? 'badge is-muted' : 'badge'}>
        <span aria-hidden="true">{shown}</span>
        <span class="visually-hidden">{words.unread(shown)}</span>
      </span>
    </>
  )
}
