import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type ConversationKey, room } from '../state/conversation-key.ts'
import { explain } from '../text/explain.ts'
import { Avatar, EveryoneAvatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { Composer } from './composer.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { hasCoarsePointer } from './conversation-visibility.ts'
import { Icon } from './icons.tsx'
import { MessageList } from './message-list.tsx'
import { strings } from './preferences.ts'
import { listHref } from './route.ts'

interface ConversationViewProps {
  session: ChatSession
  open: ConversationKey
  /** The other user's name in the URL; empty for the room. */
  name: string
}

/** The open conversation: header, messages and composer. */
export function ConversationView({ session, open, name }: ConversationViewProps) {
  const words = strings.value
  const title = useRef<HTMLHeadingElement>(null)
  const failed = useSignal<unknown>(undefined)
  // Before the first paint, so that keys typed at once go to the composer.
  useLayoutEffect(() => {
    // On a touch screen the keyboard would cover the messages.
    const field = hasCoarsePointer ? title.current : document.getElementById('composer')
    field?.focus()
  }, [])
  const isUnknown = useComputed(
    () =>
      session.history.isLoaded.value &&
      session.connection.value.state === 'live' &&
      !session.chat.value.conversations.has(open),
  )
  useSignalEffect(() => {
    if (!isUnknown.value) return
    failed.value = undefined
    session.findUser(name).catch((error) => {
      failed.value = error
    })
  })

  const conversation = session.conversation(open, name)
  const isRoom = open === room
  const elsewhere = session.unreadCount.value
  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <header class="conversation-head">
        <a class="icon-button conversation-back" href={listHref} aria-label={words.back}>
          <Icon name="back" />
          {elsewhere > 0 && <span class="badge dot" />}
        </a>
        {isRoom ? (
          <EveryoneAvatar />
        ) : (
          <Avatar name={conversation.name} online={session.onlineKeys.value.has(open)} />
        )}
        <div class="conversation-title">
          <h2 id="conversation-title" ref={title} tabIndex={-1}>
            <bdi>{isRoom ? words.room : conversation.name}</bdi>
          </h2>
          <p>{subtitle()}</p>
        </div>
      </header>
      <ConnectionBanner session={session} />
      {failed.value === undefined ? (
        <>
          <MessageList session={session} conversation={conversation} />
          <Composer session={session} conversation={conversation} />
        </>
      ) : (
        <div class="empty" role="alert">
          <h3>{explain(failed.value, words).text}</h3>
          <a class="button" href={listHref}>
            {words.back}
          </a>
        </div>
      )}
    </section>
  )

  function subtitle(): string {
    if (failed.value !== undefined) return ''
    const { state } = session.connection.value
    if (state !== 'live') return state === 'lost' ? '' : words.connecting
    if (isRoom) return words.onlineCount(session.onlineUsers.value.count)
    return session.onlineKeys.value.has(open) ? words.isOnline : words.isOffline
  }
}
