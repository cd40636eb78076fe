import { useSignal } from '@preact/signals'
import { displayPieces } from '../text/linkify.ts'
import { strings } from './preferences.ts'

/** A text with more characters or lines is folded. */
const longText = 1500
const longLines = 20

/** A message's text, with its URLs as links. */
export function MessageText({ text }: { text: string }) {
  const whole = useSignal(false)
  const long = text.length > longText || text.split('\n', longLines + 1).length > longLines
  const folded = long && !whole.value
  return (
    <>
      <p class={folded ? 'text is-folded' : 'text'} dir="auto">
        {displayPieces(text).map(({ text, href }, at) =>
          href === undefined ? (
            text
          ) : (
            <a key={at} href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
              {text}
            </a>
          ),
        )}
      </p>
      {folded && (
        <button
          class="link"
          type="button"
          onClick={() => {
            whole.value = true
          }}
        >
          {strings.value.showAll}
        </button>
      )}
    </>
  )
}
