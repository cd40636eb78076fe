/**
 * The rules for every string and for the text of a message. A check returns undefined if the string
 * is valid, otherwise what would be right, worded to follow the name of the field.
 */

/** Of a room's title and topic, in code points. */
export const maxTitleChars = 80
export const maxTopicChars = 500

/** In code points. */
export const maxDisplayNameChars = 64

/** Characters that a text is shown without (UAX #44), by which two names could look the same. */
const ignorable = /\p{Default_Ignorable_Code_Point}/u
const surrogatePair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g
/** C0, DEL and C1, except tab, LF and CR. */
const control = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/
/** They turn around what stands beside a title in a list (UAX #9, section 2); names cannot hold them either. */
const bidiControl = /\p{Bidi_Control}/u
/** Where UAX #14 must break a line. NEL is a control character. */
const lineBreak = /[\t\n\r\u2028\u2029]/
/** U+2800 is the Braille cell without dots. */
const visible = /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u

/** A lone surrogate counts as one. */
export function countCodePoints(text: string): number {
  return text.length - (text.match(surrogatePair)?.length ?? 0)
}

/** The notation of a character's code point, such as U+000A. */
export function codePointName(character: string): string {
  const digits = (character.codePointAt(0) as number).toString(16).toUpperCase()
  return `U+${digits.padStart(4, '0')}`
}

/**
 * The rule for every string from a client. The validation of requests checks it, and the domain once
 * more, for callers without HTTP. Not every store can hold U+0000, and a lone surrogate has no UTF-8
 * form, so neither would come back as it was sent.
 */
export function checkString(text: string): string | undefined {
  if (text.includes('\0')) return 'must not hold U+0000'
  if (!text.isWellFormed()) return 'must be well-formed Unicode, but holds a lone surrogate'
  return undefined
}

/** The rule for the text of a message. @param maxChars in code points */
export function checkText(text: string, maxChars: number): string | undefined {
  const wrong = checkCharacters(text, maxChars)
  if (wrong !== undefined) return wrong
  return visible.test(text) ? undefined : 'must hold something that is not white space'
}

/** The rule for the title of a room. */
export function checkTitle(title: string): string | undefined {
  const found = title.match(lineBreak)
  return found
    ? `must be on one line, but holds ${codePointName(found[0])}`
    : (checkText(title, maxTitleChars) ?? checkDirection(title))
}

/** The rule for a display name. */
export function checkDisplayName(name: string): string | undefined {
  const length = countCodePoints(name)
  if (length === 0 || length > maxDisplayNameChars)
    return `must be 1 to ${maxDisplayNameChars} characters long, but has ${length}`
  const hidden = name.match(ignorable)
  if (hidden) return `must hold no invisible characters, but holds ${codePointName(hidden[0])}`
  return checkTitle(name)
}

/** The rule for the topic of a room, which may be empty. */
export function checkTopic(topic: string): string | undefined {
  return checkCharacters(topic, maxTopicChars) ?? checkDirection(topic)
}

function checkDirection(text: string): string | undefined {
  const found = text.match(bidiControl)
  return found
    ? `must hold no bidirectional controls, but holds ${codePointName(found[0])}`
    : undefined
}

function checkCharacters(text: string, maxChars: number): string | undefined {
  const length = countCodePoints(text)
  if (length > maxChars) return `must be at most ${maxChars} characters long, but has ${length}`
  const malformed = checkString(text)
  if (malformed !== undefined) return malformed
  const found = text.match(control)
  if (found) {
    return `must hold no control characters but tab, LF and CR, but holds ${codePointName(found[0])}`
  }
  return undefined
}
