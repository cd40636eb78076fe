import { useSignal } from '@preact/signals'
import { displayPieces } from '../text/linkify.ts'
import { strings } from './preferences.ts'

/** A text of more characters, or more lines, shows its beginning until one asks for all of it. */
const longText = 1500
const longLines = 20

/** What someone said: its addresses as links, all else as it is. */
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
