import { graphemes } from './display-width.ts'

/**
 * What acts on a terminal or on the order of its text, or shows nothing at all: control characters,
 * bidirectional controls, other invisible ones. The joiners, which emoji and several scripts need,
 * the variation selectors and the Arabic signs that enclose digits are none of these.
 */
const unsafe =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\p{Variation_Selector}\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/v
/** Those of Unicode's own list: some flags are spelt in invisible letters. */
const emoji = /^\p{RGI_Emoji}$/v
const lineBreak = /\r\n|[\n\r\u2028\u2029]/

/** A heap of marks on one letter would be drawn over the lines around it. */
const maxMarks = 8

/** One line of what someone else wrote, with everything that could act on the terminal escaped. */
export function safeLine(text: string): string {
  return graphemes(text).map(safeGrapheme).join('')
}

/** A text as the lines it has, each safe; a tab is four spaces. */
export function safeLines(text: string): string[] {
  return text.split(lineBreak).map((line) => safeLine(line.replaceAll('\t', '    ')))
}

function safeGrapheme(grapheme: string): string {
  if (emoji.test(grapheme)) return grapheme
  return Array.from(grapheme, (character, at) =>
    unsafe.test(character) || at > maxMarks ? escaped(character) : character,
  ).join('')
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`
}
