import { useSeconds } from './clock.ts'
import { strings } from './preferences.ts'
import type { Visit } from './visit.ts'

/** Says when the connection is lost, and when the next try is. */
export function LineBanner({ visit }: { visit: Visit }) {
  const words = strings.value
  const line = visit.line.value
  const lost = line.state === 'lost'
  const now = useSeconds(lost)
  return (
    <div class={lost ? 'banner is-lost' : 'banner'}>
      {/* Said once when it is lost and once when it is back; the seconds are for the eye. */}
      <p role="status">{lost ? words.lost : ''}</p>
      {lost && (
        <>
          <p class="banner-when" aria-hidden="true">
            {words.nextTry(Math.ceil((line.retryAt - now) / 1000))}
          </p>
          <button class="link" type="button" onClick={() => visit.hurry()}>
            {words.tryNow}
          </button>
        </>
      )}
    </div>
  )
}
