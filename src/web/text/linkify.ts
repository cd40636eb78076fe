import { displayText } from './display-text.ts'

/** A piece of a text; a link if it has an address. */
export interface Piece {
  readonly text: string
  readonly href?: string
  /** The user whom it mentions. */
  readonly mention?: string
}

const address = /\bhttps?:\/\/[^\s<>"“”«»\p{Cc}\p{Bidi_Control}]+/giu
/** Punctuation at the end belongs to the sentence, not to the address. */
const trailing = new Set(".,:;!?'’…*_~")
const brackets: readonly (readonly [opening: string, closing: string])[] = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]

/** Splits a text into pieces, with http and https addresses as links. */
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
 * The pieces for the page. Addresses are found before the text is escaped, because the escapes would
 * become a part of them.
 */
export function displayPieces(text: string, mentions: readonly string[] = []): Piece[] {
  return linkify(text)
    .flatMap((piece) => (piece.href === undefined ? markMentions(piece.text, mentions) : [piece]))
    .map((piece) => ({ ...piece, text: displayText(piece.text) }))
}

/** Splits a text into pieces, with the names after an `@` that the server found as mentions. */
function markMentions(text: string, mentions: readonly string[]): Piece[] {
  if (mentions.length === 0) return [{ text }]
  // The longest first: of ann and anna, "@anna" is anna.
  const names = mentions.toSorted((a, b) => b.length - a.length)
  const pieces: Piece[] = []
  let done = 0
  for (const { index } of text.matchAll(/@/g)) {
    const typed = (name: string) => text.slice(index + 1, index + 1 + name.length)
    const mention = names.find((name) => typed(name).toLowerCase() === name.toLowerCase())
    if (mention === undefined) continue
    if (index > done) pieces.push({ text: text.slice(done, index) })
    pieces.push({ text: `@${typed(mention)}`, mention })
    done = index + 1 + mention.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

/**
 * Removes punctuation and unbalanced closing brackets at the end. Counts brackets, so that it takes
 * linear time.
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

/** Undefined for an invalid address, and for one with a username, which could mislead. */
function hrefOf(link: string): string | undefined {
  const url = URL.parse(link)
  return url === null || url.username !== '' || url.password !== '' ? undefined : url.href
}
