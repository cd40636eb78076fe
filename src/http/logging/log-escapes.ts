/** Characters that are invisible or change how their neighbours are shown. JSON escapes the first 32. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Most lines have nothing to escape. */
const printableAscii = /^[ -~]*\n?$/

/**
 * Escapes control characters, marks of direction and other invisible characters in a log line, which
 * is JSON, so that input from clients cannot change how a terminal shows the line.
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
