import { explain } from '../text/explain.ts'
import { IconButton } from './icons.tsx'
import { dismissNotice, notice } from './notices.ts'
import { strings } from './preferences.ts'

/** What went wrong last, for some seconds. */
export function Notice() {
  const words = strings.value
  return (
    <div class="notice-frame" role="alert">
      {notice.value && (
        <p class="notice">
          {explain(notice.value.error, words).text}
          <IconButton icon="close" label={words.close} onClick={dismissNotice} />
        </p>
      )}
    </div>
  )
}
