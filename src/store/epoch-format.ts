/** How an epoch is written: its birth in base 36, 8 digits (enough until the year 2059). */
export function formatEpoch(born: number): string {
  return born.toString(36).padStart(8, '0')
}

/** The birth that a well-formed tag names, in Unix milliseconds. */
export function parseEpoch(tag: string): number {
  return Number.parseInt(tag, 36)
}
