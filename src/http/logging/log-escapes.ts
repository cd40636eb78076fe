/** What shows nothing, or changes how what stands beside it is shown; JSON escapes the first 32 itself. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Most lines: these characters alone, and the end of the line. */
const printableAscii = /^[ -~]*\n?$/

/**
 * A log line, which is JSON, as the same JSON without control characters, U+007F, marks of direction
 * and other invisible characters, or line separators: whatever came from outside, a terminal shows
 * the line as it is.
 */
export function escapeInvisible(line: string): string {
  if (printableAscii.test(line)) return line
  return line.replaceAll(invisible, (character) =>
    character === '\n' ? character : escaped(character),
  )
}

function escaped(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
  return units.map((unit) => `\\u${unit}`).join('')
}
