/** The number of colours in the style sheet. */
export const hues = 8

/** A user's colour, 0 to 7, the same everywhere. */
export function hueOf(name: string): number {
  // FNV-1a, whose high bits are mixed better than its low ones.
  let hash = 0x811c9dc5
  for (const character of name)
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193)
  return (hash >>> 16) % hues
}

/** The first letter of a name, with its combining marks. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter('en').segment(name)
  return (first?.segment ?? '').toUpperCase()
}
