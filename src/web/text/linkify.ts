import { displayText } from './bidi.ts'

/** A piece of a text: a link where it has an address. */
export interface Piece {
  readonly text: string
  readonly href?: string
}

const address = /\bhttps?:\/\/[^\s<>"“”«»\p{Cc}\p{Bidi_Control}]+/giu
/** What ends a sentence rather than an address. */
const trailing = new Set(".,:;!?'’…*_~")
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

/**
 * The pieces as they are shown. The addresses are found in the text as it was written, for what is
 * spelt out would become a part of them.
 */
export function displayPieces(text: string): Piece[] {
  return linkify(text).map((piece) => ({ ...piece, text: displayText(piece.text) }))
}

/**
 * Without what follows the address: a full stop, or the bracket that the whole address stands in.
 * From the end and by count, so that no text takes longer than it is long.
 */
function trim(found: string): string {
  const surplus = new Map(
    brackets.map(([opening, closing]) => [closing, count(found, closing) - count(found, opening)]),
  )
  let end = found.length
  for (; end > 0; end--) {
    const last = found[end - 1] as string
    const more = surplus.get(last) ?? 0
    if (more <= 0 && !trailing.has(last)) break
    if (more > 0) surplus.set(last, more - 1)
  }
  return found.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}

/** The address as the browser will take it; undefined where it is none, or names a user to mislead. */
function hrefOf(link: string): string | undefined {
  const url = URL.parse(link)
  return url === null || url.username !== '' || url.password !== '' ? undefined : url.href
}
