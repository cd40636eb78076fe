const lineBreak = /\r\n|[\r\u2028\u2029]/g
const bidiControl = /\p{Bidi_Control}/gu
/** LRM, RLM and ALM only affect the characters beside them. */
const harmless = '\u200e\u200f\u061c'

/**
 * A text for the page: all kinds of line breaks become `\n`, and controls that reorder the text are
 * escaped, as in the terminal.
 */
export function displayText(text: string): string {
  return text.replace(lineBreak, '\n').replace(bidiControl, (control) => {
    if (harmless.includes(control)) return control
    return `\\u{${(control.codePointAt(0) as number).toString(16)}}`
  })
}

/**
 * A name for a sentence, whose order it does not change whatever its direction is (Unicode
 * Bidirectional Algorithm, first strong isolate).
 */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`
}
