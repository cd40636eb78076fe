import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Conversation } from '../state/chat.ts'
import { strings } from './preferences.ts'
import type { Visit } from './visit.ts'

/** How far above what is in view, in px, more is fetched. */
const ahead = 1500

interface LogTopProps {
  visit: Visit
  held: Conversation
  scroller: RefObject<HTMLElement | null>
  empty: boolean
}

/** The upper end of what is held: fetches more as it comes near. */
export function LogTop({ visit, held, scroller, empty }: LogTopProps) {
  const words = strings.value
  const mark = useRef<HTMLDivElement>(null)
  const older = visit.hasOlder(held)
  const state = visit.older.value.get(held.key) ?? 'idle'
  const opened = visit.opened.value
  const known = visit.chat.value.conversations.has(held.key)
  useEffect(() => {
    // Watched anew after each page, so that a short one is followed by the next.
    if (!older || !opened || !known || state !== 'idle' || !mark.current) return
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void visit.readOlder(held.key)
      },
      { root: scroller.current, rootMargin: `${ahead}px 0px 0px` },
    )
    watcher.observe(mark.current)
    return () => watcher.disconnect()
  }, [older, opened, known, state, held.key])
  return (
    <div class="log-top" ref={mark}>
      {!opened && <p>{words.loading}</p>}
      {opened && older && state !== 'failed' && <p>{words.loadingOlder}</p>}
      {state === 'failed' && (
        <p role="alert">
          {words.olderFailed}{' '}
          <button class="link" type="button" onClick={() => void visit.readOlder(held.key)}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {opened && !older && !empty && <p>{words.beginning}</p>}
    </div>
  )
}
