/** All that ends a line anywhere. */
const lineBreak = /\r\n|[\r\u2028\u2029]/g
/** What changes the order in which the text around it is shown. */
const bidiControl = /\p{Bidi_Control}/gu
/** Three of them only help what stands beside them: LRM, RLM and ALM. */
const marks = '\u200e\u200f\u061c'

/**
 * A text as it is shown: its lines as lines, and what would show it in another order than it was
 * written in spelt out, as the terminal does.
 */
export function displayText(text: string): string {
  return text.replace(lineBreak, '\n').replace(bidiControl, (control) => {
    if (marks.includes(control)) return control
    return `\\u{${(control.codePointAt(0) as number).toString(16)}}`
  })
}
