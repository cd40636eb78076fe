/**
 * A name for a sentence: whatever its direction, it does not turn what stands around it (Unicode
 * Bidirectional Algorithm, first strong isolate).
 */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`
}
