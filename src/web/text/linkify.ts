/** A piece of a text: a link where it has an address. */
export interface Piece {
  readonly text: string
  readonly href?: string
}

const address = /\bhttps?:\/\/[^\s<>"“”«»\p{Cc}\p{Bidi_Control}]+/giu
/** What ends a sentence rather than an address. */
const trailing = /[.,:;!?'’…*_~]+$/u
const brackets: readonly (readonly [opening: string, closing: string])[] = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]

/** A text in pieces, its http and https addresses as links; together they are the text again. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    const link = trim(found)
    const href = hrefOf(link)
    if (href === undefined) continue
    if (index > done) pieces.push({ text: text.slice(done, index) })
    pieces.push({ text: link, href })
    done = index + link.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

/** Without what follows the address: a full stop, or the bracket that the whole address stands in. */
function trim(found: string): string {
  let link = found
  for (;;) {
    const shorter = withoutLastBracket(link.replace(trailing, ''))
    if (shorter === link) return link
    link = shorter
  }
}

function withoutLastBracket(link: string): string {
  const pair = brackets.find(([, closing]) => link.endsWith(closing))
  if (!pair) return link
  const [opening, closing] = pair
  return link.split(closing).length > link.split(opening).length ? link.slice(0, -1) : link
}

/** The address as the browser will take it; undefined where it is none, or names a user to mislead. */
function hrefOf(link: string): string | undefined {
  const url = URL.parse(link)
  return url === null || url.username !== '' || url.password !== '' ? undefined : url.href
}
