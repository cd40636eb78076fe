/** How many colours people are told apart by. */
export const hues = 8

/** A person's colour, 0 to 7: the same everywhere. */
export function hueOf(name: string): number {
  let hash = 7
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) as number)) | 0
  return Math.abs(hash) % hues
}

/** What stands for a name in a small circle: its first letter, with the marks that belong to it. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter('en').segment(name)
  return (first?.segment ?? '').toUpperCase()
}
