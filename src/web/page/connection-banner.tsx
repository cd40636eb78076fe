import type { ChatSession } from './chat-session.ts'
import { useSeconds } from './clock.ts'
import { strings } from './preferences.ts'

/** Shown while the connection is lost, with the time of the next attempt. */
export function ConnectionBanner({ session }: { session: ChatSession }) {
  const words = strings.value
  const connection = session.connection.value
  const lost = connection.state === 'lost'
  const now = useSeconds(lost)
  return (
    <div class={lost ? 'banner is-lost' : 'banner'}>
      {/* Announced when the connection is lost; the seconds are hidden from screen readers. */}
      <p role="status">{lost ? words.lost : ''}</p>
      {lost && (
        <>
          <p class="banner-when" aria-hidden="true">
            {words.nextTry(Math.ceil((connection.retryAt - now) / 1000))}
          </p>
          <button class="link" type="button" onClick={() => session.reconnectNow()}>
            {words.tryNow}
          </button>
        </>
      )}
    </div>
  )
}
