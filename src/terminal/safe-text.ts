import { graphemes } from './display-width.ts'

/**
 * Characters that act on a terminal or on the order of its text, or that are invisible: control
 * characters, bidirectional controls and others. Not the joiners, which emoji and several scripts
 * need, the variation selectors and the Arabic signs that enclose digits.
 */
const unsafe =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\p{Variation_Selector}\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/v
/** Unicode's own list, because some flags consist of invisible letters. */
const emoji = /^\p{RGI_Emoji}$/v
const lineBreak = /\r\n|[\n\r\u2028\u2029]/

/** More marks on one letter would be drawn over the lines around it. */
const maxMarks = 8

/** Escapes every unsafe character of a line, as `\u{202e}`. */
export function safeLine(text: string): string {
  return graphemes(text).map(safeGrapheme).join('')
}

/** Splits a text into safe lines. A tab becomes four spaces. */
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
