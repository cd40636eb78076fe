import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { TargetedKeyboardEvent, VNode } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { Conversation, ConversationId } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { unconfirmed } from '../state/pending-messages.ts'
import { type MessageRow, toRows } from '../state/rows.ts'
import type { ChatSession } from './chat-session.ts'
import { now } from './clock.ts'
import { titleOf } from './conversation-title.ts'
import { isConversationVisible } from './conversation-visibility.ts'
import { EmptyConversation } from './empty-conversation.tsx'
import { Icon } from './icons.tsx'
import { moveBetweenMessages, useLongPress } from './message-gestures.ts'
import { MessageItem } from './message-item.tsx'
import { OlderMessages } from './older-messages.tsx'
import { PendingItem } from './pending-item.tsx'
import { strings, times } from './preferences.ts'
import { farUp, nearEnd, useScrollAnchor } from './scroll-anchor.ts'

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
  const { id, messages, completeFrom } = conversation
  const isLoaded = useComputed(() => isLoadedIn(session, id)).value
  const newAfter = useNewAfter(session, id)
  const rows = useMemo(() => toRows(messages, session.me, newAfter), [messages, newAfter])
  const pending = unconfirmed(session.outbox.pending.value, id, messages, session.me)
  const direct = partnerOf(id) !== undefined
  const item = useMessageItems(session, id, direct)
  const longPress = useLongPress(id)
  useScrollAnchor(scroller, messages.at(-1)?.id ?? 0)
  useReadReports(session, id, () => atEnd.value)
  useSignalEffect(() => {
    // Sending a message scrolls to it.
    const mine = session.outbox.pending.value.filter(({ conversation }) => conversation === id)
    if (mine.length > 0 && mine.at(-1)?.failure === undefined) toEnd()
  })

  function toEnd(): void {
    // The newest messages may have been let go.
    if (!session.store.state.peek().conversations.get(id)?.atEnd)
      session.store.dispatch({ type: 'open', conversation: id })
    if (scroller.current) scroller.current.scrollTop = 0
  }

  function scrolled(): void {
    const up = -(scroller.current?.scrollTop ?? 0)
    atEnd.value = up < nearEnd
    far.value = up > farUp
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
    if (moveBetweenMessages(event, id)) event.preventDefault()
  }

  const isEmpty = messages.length + pending.length === 0
  return (
    <div class="messages-frame">
      <section
        class="messages"
        id="messages"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard
        tabIndex={0}
        aria-label={
          direct
            ? words.messagesWith(conversation.title)
            : words.messagesIn(titleOf(id, conversation.title))
        }
        aria-busy={!isLoaded}
        onScroll={scrolled}
        onKeyDown={onKeyDown}
        {...longPress}
      >
        <div class="messages-inner">
          <OlderMessages session={session} conversation={conversation} scroller={scroller} />
          {isLoaded && completeFrom === 0 && isEmpty && (
            <EmptyConversation session={session} conversation={conversation} />
          )}
          <ol class={direct ? 'rows direct' : 'rows'}>
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
      {(far.value || !conversation.atEnd) && (
        <button class="to-end" type="button" onClick={toEnd} aria-label={words.toNewest}>
          <Icon name="down" />
          {conversation.unread > 0 && <span class="badge dot" />}
        </button>
      )}
    </div>
  )
}

/** Whether the newest page of the conversation is there. */
function isLoadedIn(session: ChatSession, id: ConversationId): boolean {
  const { asks, conversations } = session.store.state.value
  const held = conversations.get(id)
  if (held === undefined || held.completeFrom === Infinity) return false
  return !asks.some(({ kind, conversation }) => kind === 'messages' && conversation === id)
}

/** The id after which messages are new, as of when the user came to the conversation. */
function useNewAfter(session: ChatSession, id: ConversationId): number | undefined {
  const newAfter = useSignal<number | undefined>(undefined)
  const isLoaded = useComputed(() => isLoadedIn(session, id))
  useSignalEffect(() => {
    if (!isConversationVisible.value || !isLoaded.value) return
    const held = session.store.state.peek().conversations.get(id)
    if (held) newAfter.value = held.unread > 0 ? held.readUpTo : undefined
  })
  return newAfter.value
}

/** What is seen at the end of the conversation is read. */
function useReadReports(session: ChatSession, id: ConversationId, isAtEnd: () => boolean): void {
  useSignalEffect(() => {
    const held = session.conversation(id)
    if (!held || !isConversationVisible.value || !session.isLive.value) return
    if (!isAtEnd() || !held.atEnd || !isLoadedIn(session, id)) return
    if (held.lastId > held.readUpTo) session.reads.report(id, held.lastId)
  })
}

/** Caches the items, so that adding a message does not render thousands of others again. */
function useMessageItems(
  session: ChatSession,
  id: ConversationId,
  direct: boolean,
): (row: MessageRow) => VNode {
  const made = useRef(new WeakMap<object, { row: MessageRow; words: object; item: VNode }>())
  const words = strings.value
  return (row) => {
    const before = made.current.get(row.message)
    if (before?.row.first === row.first && before.row.last === row.last && before.words === words)
      return before.item
    const item = (
      <MessageItem key={row.key} session={session} conversation={id} row={row} direct={direct} />
    )
    made.current.set(row.message, { row, words, item })
    return item
  }
}
