import type { Entry } from './message-log.ts'

/** One read returns at most this many entries, so that it delays other reads only briefly. */
export const MAX_SCAN_IDS = 1_000
/** One read returns at most this many UTF-8 bytes of text, but at least one entry. */
export const MAX_SCAN_BYTES = 256 * 1024
/** Of the direct messages that arrived while a person was away, only the newest are delivered later. */
export const MAX_UNDELIVERED = 200

/**
 * Takes rows up to `MAX_SCAN_BYTES` of text. The rest lies after `scannedTo`.
 *
 * @param maxRows the LIMIT of the query: after that many rows, more may follow below `upTo`
 * @param entryOf makes the entry of a row
 */
export function takeEntries<Row extends { id: number; text: string }>(
  rows: Iterable<Row>,
  upTo: number,
  maxRows: number,
  entryOf: (row: Row) => Entry,
): { entries: Entry[]; scannedTo: number } {
  const entries: Entry[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += Buffer.byteLength(row.text)
    if (bytes > MAX_SCAN_BYTES && entries.length > 0) return { entries, scannedTo: row.id - 1 }
    entries.push(entryOf(row))
  }
  return { entries, scannedTo: entries.length < maxRows ? upTo : (entries.at(-1) as Entry).id }
}
