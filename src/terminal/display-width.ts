const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** East Asian Wide and Fullwidth (UAX #11, Unicode 16), without what is wide as an emoji. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{16ff1}\u{17000}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u
const emoji = /^(?:\p{RGI_Emoji}$|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/v
/** Marks, joiners and selectors take no column of their own. */
const zeroWidth = /[\p{M}\p{Cf}\u1160-\u11ff]/u
const printableAscii = /^[ -~]*$/

/** User-perceived characters: "é", "👩‍👧", "한". */
export function graphemes(text: string): string[] {
  if (printableAscii.test(text)) return text.split('')
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The columns that a text without control characters takes in a terminal. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2
  let width = 0
  for (const character of grapheme) {
    if (!zeroWidth.test(character)) width += wide.test(character) ? 2 : 1
  }
  return width
}
