import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../state/chat.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'

/** How far above the visible messages older ones are loaded, in px. */
const prefetchPx = 1500

interface OlderMessagesProps {
  session: ChatSession
  conversation: Conversation
  scroller: RefObject<HTMLElement | null>
  empty: boolean
}

/** The upper end of the messages: loads older ones when it comes near. */
export function OlderMessages({ session, conversation, scroller, empty }: OlderMessagesProps) {
  const words = strings.value
  const sentinel = useRef<HTMLDivElement>(null)
  const older = session.history.hasOlder(conversation)
  const state = session.history.olderStates.value.get(conversation.key) ?? 'idle'
  const opened = session.history.isLoaded.value
  const known = session.chat.value.conversations.has(conversation.key)
  useEffect(() => {
    // A new observer after each page, so that a short page is followed by the next one.
    if (!older || !opened || !known || state !== 'idle' || !sentinel.current) return
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void session.history.loadOlder(conversation.key)
      },
      { root: scroller.current, rootMargin: `${prefetchPx}px 0px 0px` },
    )
    watcher.observe(sentinel.current)
    return () => watcher.disconnect()
  }, [older, opened, known, state, conversation.key])
  return (
    <div class="messages-top" ref={sentinel}>
      {!opened && <p>{words.loading}</p>}
      {opened && older && state !== 'failed' && <p>{words.loadingOlder}</p>}
      {state === 'failed' && (
        <p role="alert">
          {words.olderFailed}{' '}
          <button
            class="link"
            type="button"
            onClick={() => void session.history.loadOlder(conversation.key)}
          >
            {words.tryAgain}
          </button>
        </p>
      )}
      {opened && !older && !empty && <p>{words.beginning}</p>}
    </div>
  )
}
