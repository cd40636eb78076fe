import { useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { type Conversation, unreadCount, visibleMessages } from '../state/chat.ts'
import { foldName, room } from '../state/conversation-key.ts'
import { unconfirmed } from '../state/pending-messages.ts'
import { type MessageRow, toRows } from '../state/rows.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { now } from './clock.ts'
import { isConversationVisible } from './conversation-visibility.ts'
import { Icon, Logo } from './icons.tsx'
import { MessageItem } from './message-item.tsx'
import { OlderMessages } from './older-messages.tsx'
import { PendingItem } from './pending-item.tsx'
import { strings, times } from './preferences.ts'

/** So near to the newest message counts as at the end, in px. */
const nearEnd = 40
/** Further up there is a button to the end, in px. */
const farUp = 300

interface MessageListProps {
  session: ChatSession
  conversation: Conversation
}

/**
 * The messages. Scrolls from its end (`column-reverse`), so that messages that are added above, or
 * get their height only when they come into view, do not move the visible ones.
 */
export function MessageList({ session, conversation }: MessageListProps) {
  const words = strings.value
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const far = useSignal(false)
  const newAfter = useSignal<number | undefined>(undefined)
  const { key } = conversation
  const messages = visibleMessages(session.chat.value, conversation)
  const rows = useMemo(
    () => toRows(messages, session.me, newAfter.value),
    [messages, newAfter.value, session.me],
  )
  const pending = unconfirmed(session.outbox.pending.value, key, conversation.messages, session.me)
  const item = useMessageItems(session, key !== room)
  useScrollAnchor(scroller, messages.at(-1)?.id ?? 0)

  useSignalEffect(() => {
    if (!isConversationVisible.value || !session.history.isLoaded.value) return
    const chat = session.chat.peek()
    const conversation = chat.conversations.get(key)
    if (conversation)
      newAfter.value = unreadCount(chat, conversation) > 0 ? conversation.read : undefined
  })
  useSignalEffect(() => {
    if (
      isConversationVisible.value &&
      session.history.isLoaded.value &&
      atEnd.value &&
      session.chat.value
    )
      session.markRead(key)
  })
  useSignalEffect(() => {
    // Sending a message scrolls to it.
    const mine = session.outbox.pending.value.filter(({ conversation }) => conversation === key)
    if (mine.length > 0 && mine.at(-1)?.failure === undefined) toEnd()
  })

  function toEnd(): void {
    if (scroller.current) scroller.current.scrollTop = 0
  }

  function scrolled(): void {
    const up = -(scroller.current?.scrollTop ?? 0)
    atEnd.value = up < nearEnd
    far.value = up > farUp
  }

  const label = key === room ? words.messagesInRoom : words.messagesIn(conversation.name)
  const older = session.history.hasOlder(conversation)
  return (
    <div class="messages-frame">
      <section
        class="messages"
        id="messages"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard
        tabIndex={0}
        aria-label={label}
        aria-busy={!session.history.isLoaded.value}
        onScroll={scrolled}
      >
        <div class="messages-inner">
          <OlderMessages
            session={session}
            conversation={conversation}
            scroller={scroller}
            empty={messages.length === 0}
          />
          {session.history.isLoaded.value && !older && messages.length + pending.length === 0 && (
            <EmptyConversation session={session} conversation={conversation} />
          )}
          <ol class={key === room ? 'rows' : 'rows direct'}>
            {rows.map((row) =>
              row.kind === 'message' ? (
                item(row)
              ) : (
                <li key={row.key} class={row.kind === 'day' ? 'day' : 'new'}>
                  <span>
                    {row.kind === 'day' ? times.value.day(row.at, now.value) : words.newMessages}
                  </span>
                </li>
              ),
            )}
            {pending.map((each) => (
              <PendingItem key={each.key} session={session} pending={each} />
            ))}
          </ol>
        </div>
      </section>
      {far.value && (
        <button class="to-end" type="button" onClick={toEnd} aria-label={words.toNewest}>
          <Icon name="down" />
          {unreadCount(session.chat.value, conversation) > 0 && <span class="badge dot" />}
        </button>
      )}
    </div>
  )
}

/** Explains what the conversation is for. */
function EmptyConversation({ session, conversation }: MessageListProps) {
  const words = strings.value
  const { key, name } = conversation
  const [title, lead] =
    key === room
      ? [words.emptyRoom, words.emptyRoomLead]
      : key === foldName(session.me)
        ? [words.emptySelf, words.emptySelfLead]
        : [words.emptyDirect(name), words.emptyDirectLead]
  return (
    <div class="empty">
      {key === room ? <Logo /> : <Avatar name={name} />}
      <h3>{title}</h3>
      <p>{lead}</p>
    </div>
  )
}

/** Caches the items, so that adding a message does not render thousands of others again. */
function useMessageItems(session: ChatSession, direct: boolean): (row: MessageRow) => VNode {
  const made = useRef(new WeakMap<object, { row: MessageRow; words: object; item: VNode }>())
  const words = strings.value
  return (row) => {
    const before = made.current.get(row.message)
    if (before?.row.first === row.first && before.row.last === row.last && before.words === words)
      return before.item
    const item = <MessageItem key={row.key} row={row} me={session.me} direct={direct} />
    made.current.set(row.message, { row, words, item })
    return item
  }
}

/** Keeps the scroll position of a reader who has scrolled up when messages are added at the end. */
function useScrollAnchor(scroller: { current: HTMLDivElement | null }, newest: number): void {
  const last = useRef<{ row: Element; below: number } | undefined>(undefined)
  useLayoutEffect(() => {
    const list = scroller.current
    const rows = list?.querySelector('.rows')
    if (!list || !rows) return
    const below = (row: Element) =>
      rows.getBoundingClientRect().bottom - row.getBoundingClientRect().bottom
    const before = last.current
    if (before?.row.isConnected && -list.scrollTop >= nearEnd) {
      const grown = below(before.row) - before.below
      if (grown > 0) list.scrollTop -= grown
    }
    const row = rows.lastElementChild
    last.current = row ? { row, below: below(row) } : undefined
  }, [newest])
}
