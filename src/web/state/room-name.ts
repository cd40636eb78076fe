/** Of a room's name, in code points; the server's rule. */
const maxLength = 32

/** A name for a room with this title: words with hyphens between them. May be too short to be valid. */
export function roomNameFrom(title: string): string {
  const hyphenated = title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}._]+/gu, '-')
  return [...hyphenated.replace(/^[^\p{L}\p{N}]+/u, '')]
    .slice(0, maxLength)
    .join('')
    .replace(/(?<![-._])[-._]+$/, '')
}
