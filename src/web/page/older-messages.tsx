import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../../client/state/index.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'

/** How far above the visible messages older ones are loaded, in px. */
const prefetchPx = 1500

interface OlderMessagesProps {
  session: ChatSession
  conversation: Conversation
  scroller: RefObject<HTMLElement | null>
}

/** The upper end of the messages: loads older ones when it comes near. */
export function OlderMessages({ session, conversation, scroller }: OlderMessagesProps) {
  const words = strings.value
  const sentinel = useRef<HTMLDivElement>(null)
  const { id, messages, completeFrom } = conversation
  const ask = session.store.state.value.asks.find(
    (each) => each.conversation === id && (each.kind === 'older' || each.kind === 'messages'),
  )
  const failed = ask !== undefined && session.store.failed.value.has(ask.id)
  const mayLoad = ask === undefined && completeFrom > 0 && completeFrom !== Infinity
  useEffect(() => {
    // A new observer after each page, so that a short page is followed by the next one.
    if (!mayLoad || !sentinel.current) return
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) session.store.dispatch({ type: 'older', conversation: id })
      },
      { root: scroller.current, rootMargin: `${prefetchPx}px 0px 0px` },
    )
    watcher.observe(sentinel.current)
    return () => watcher.disconnect()
  }, [mayLoad, completeFrom])
  return (
    <div class="messages-top" ref={sentinel}>
      {completeFrom === Infinity && !failed && <p>{words.loading}</p>}
      {completeFrom > 0 && completeFrom !== Infinity && !failed && <p>{words.loadingOlder}</p>}
      {failed && (
        <p role="alert">
          {words.olderFailed}{' '}
          <button class="link" type="button" onClick={() => session.store.retryNow()}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {completeFrom === 0 && messages.length > 0 && <p>{words.beginning}</p>}
    </div>
  )
}
