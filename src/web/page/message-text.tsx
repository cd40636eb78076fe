import { useSignal } from '@preact/signals'
import { displayPieces } from '../text/linkify.ts'
import { strings } from './preferences.ts'

/** A text with more characters or lines is folded. */
const longText = 1500
const longLines = 20

interface MessageTextProps {
  text: string
  /** The users whom it mentions. */
  mentions?: readonly string[] | undefined
  me?: string
}

/** A message's text, with its URLs as links, and marked mentions. */
export function MessageText({ text, mentions, me }: MessageTextProps) {
  const whole = useSignal(false)
  const long = text.length > longText || text.split('\n', longLines + 1).length > longLines
  const folded = long && !whole.value
  return (
    <>
      <p class={folded ? 'text is-folded' : 'text'} dir="auto">
        {displayPieces(text, mentions).map(({ text, href, mention }, at) =>
          href !== undefined ? (
            <a key={at} href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
              {text}
            </a>
          ) : mention !== undefined ? (
            <span key={at} class={mention === me ? 'mention is-me' : 'mention'}>
              {text}
            </span>
          ) : (
            text
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
