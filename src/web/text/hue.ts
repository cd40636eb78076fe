/** How many colours people are told apart by. */
export const hues = 8

/** A person's colour, 0 to 7: the same everywhere. */
export function hueOf(name: string): number {
  // FNV-1a: its high bits are mixed well, its low ones are not.
  let hash = 0x811c9dc5
  for (const character of name)
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193)
  return (hash >>> 16) % hues
}

/** What stands for a name in a small circle: its first letter, with the marks that belong to it. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter('en').segment(name)
  return (first?.segment ?? '').toUpperCase()
}
