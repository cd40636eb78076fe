import type { Entry, MessageEntry } from './message-log.ts'

/** One read returns at most this many entries, so that it delays other reads only briefly. */
export const MAX_SCAN_IDS = 1_000
/** One read returns at most this many UTF-8 bytes of text and metadata, but at least one entry. */
export const MAX_SCAN_BYTES = 256 * 1024
/** Of the direct messages that arrived while a person was away, only the newest are delivered later. */
export const MAX_UNDELIVERED = 200

/**
 * Takes rows up to `MAX_SCAN_BYTES` of text. The rest lies after `scannedTo`.
 *
 * @param maxRows the LIMIT of the query: after that many rows, more may follow below `upTo`
 * @param entryOf makes the entry of a row; undefined where it is passed over
 */
export function takeEntries<Row extends { id: number }>(
  rows: Iterable<Row>,
  upTo: number,
  maxRows: number,
  entryOf: (row: Row) => Entry | undefined,
): { entries: Entry[]; scannedTo: number } {
  const entries: Entry[] = []
  let [bytes, count, last] = [0, 0, 0]
  for (const row of rows) {
    count += 1
    last = row.id
    const entry = entryOf(row)
    if (!entry) continue
    bytes += bytesOf(entry)
    if (bytes > MAX_SCAN_BYTES && entries.length > 0) return { entries, scannedTo: row.id - 1 }
    entries.push(entry)
  }
  return { entries, scannedTo: count < maxRows ? upTo : last }
}

function bytesOf(entry: Entry): number {
  if (entry.kind === 'message') return bytesOfMessage(entry)
  return 'message' in entry ? bytesOfMessage(entry.message) : 0
}

function bytesOfMessage({ text, metadata = '' }: MessageEntry): number {
  return Buffer.byteLength(text) + Buffer.byteLength(metadata)
}
