import type { ChatSession } from './chat-session.ts'
import { useSeconds } from './clock.ts'
import { strings } from './preferences.ts'

/** Says when the connection is lost, and when the next try is. */
export function ConnectionBanner({ session }: { session: ChatSession }) {
  const words = strings.value
  const connection = session.connection.value
  const lost = connection.state === 'lost'
  const now = useSeconds(lost)
  return (
    <div class={lost ? 'banner is-lost' : 'banner'}>
      {/* Said once when it is lost and once when it is back; the seconds are for the eye. */}
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
