import { type EntryRow, toEntry } from './rows.ts'
import type { Entry } from './store.ts'

/** One read looks at no more ids than this, so that no reader holds up another for long. */
export const MAX_SCAN_IDS = 1_000
/** And brings no more text than this (UTF-8 bytes), but at least one entry. */
export const MAX_SCAN_BYTES = 256 * 1024
/** Of what waits for someone who was away, this many at most, the newest. */
export const MAX_UNDELIVERED = 200

/**
 * Takes rows until the text is too much. What was not taken lies past `scannedTo`.
 *
 * @param maxRows as many rows as there can be: where they are, others may lie behind them
 */
export function takeEntries(
  rows: Iterable<EntryRow>,
  upTo: number,
  maxRows = Number.POSITIVE_INFINITY,
): { entries: Entry[]; scannedTo: number } {
  const entries: Entry[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += Buffer.byteLength(row.text)
    if (bytes > MAX_SCAN_BYTES && entries.length > 0) return { entries, scannedTo: row.id - 1 }
    entries.push(toEntry(row))
  }
  return { entries, scannedTo: entries.length < maxRows ? upTo : (entries.at(-1) as Entry).id }
}
