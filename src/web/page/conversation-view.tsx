import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { type ConversationId, roomOf } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { rightsIn } from '../state/rights.ts'
import { explain } from '../text/explain.ts'
import type { ChatSession } from './chat-session.ts'
import { Composer } from './composer.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { hasCoarsePointer } from './conversation-visibility.ts'
import { MessageList } from './message-list.tsx'
import { Notice } from './notice.tsx'
import { strings } from './preferences.ts'
import { RoomDoor } from './room-door.tsx'
import { listHref, redirectTo } from './route.ts'
import { TypingLine } from './typing-line.tsx'

interface ConversationViewProps {
  session: ChatSession
  id: ConversationId
}

/** The open conversation: header, messages and composer. */
export function ConversationView({ session, id }: ConversationViewProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    // On a touch screen the keyboard would cover the messages, if the composer took the focus.
    if (hasCoarsePointer) title.current?.focus()
  }, [])
  const failed = useOpening(session, id)
  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <ConversationHead session={session} id={id} titleRef={title} />
      <ConnectionBanner session={session} />
      {failed === undefined ? (
        <OpenConversation session={session} id={id} />
      ) : (
        <div class="empty" role="alert">
          <h3>{explain(failed, strings.value).text}</h3>
          <a class="button" href={listHref}>
            {strings.value.back}
          </a>
        </div>
      )}
    </section>
  )
}

/**
 * Opens the conversation, at once so that its composer is there, and closes it again. Returns the error
 * if there is no such user.
 */
function useOpening(session: ChatSession, id: ConversationId): unknown {
  const failed = useSignal<unknown>(undefined)
  const partner = partnerOf(id)
  useMemo(() => session.open(id), [])
  useEffect(() => () => session.close(id), [])
  useSignalEffect(() => {
    // The user has joined it since.
    if (session.conversation(id)?.opened === false) session.open(id)
  })
  const isUnknown = useComputed(() => {
    const isNew = session.conversation(id)?.last === null
    return isNew && session.isLive.value && session.store.state.value.listing.complete
  })
  useSignalEffect(() => {
    if (partner === undefined || !isUnknown.value) return
    session.findPerson(partner).then(
      (found) => {
        // The user writes their name in another way than the URL.
        if (found !== id) redirectTo(found)
      },
      (error) => {
        failed.value = error
        session.close(id)
      },
    )
  })
  return failed.value
}

/** The messages and the composer, or what is there in their place. */
function OpenConversation({ session, id }: ConversationViewProps) {
  const words = strings.value
  const conversation = session.conversation(id)
  const roomName = roomOf(id)
  if (!conversation)
    return roomName === undefined || !session.store.state.value.listing.complete ? (
      <p class="empty">{session.isLive.value ? words.loading : words.connecting}</p>
    ) : (
      <>
        <RoomDoor session={session} name={roomName} />
        <Notice />
      </>
    )
  const { room } = conversation
  return (
    <>
      <MessageList session={session} conversation={conversation} />
      <TypingLine conversation={conversation} />
      <Notice />
      {room && !rightsIn(room).write ? (
        <p class="composer-closed">{words.archivedHint}</p>
      ) : (
        <Composer session={session} conversation={conversation} />
      )}
    </>
  )
}
