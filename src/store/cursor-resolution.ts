import type { Cursor, CursorResolution, LogBounds } from './message-log.ts'

/** An epoch is written as its birth in base 36, 8 digits: enough until the year 2059. */
export function formatEpoch(born: number): string {
  return born.toString(36).padStart(8, '0')
}

/** @returns the birth in Unix milliseconds */
export function parseEpoch(epoch: string): number {
  return Number.parseInt(epoch, 36)
}

/**
 * Where a cursor stands on a log.
 *
 * A good cursor of an older epoch gets `new-epoch` before anything else. If the log is trimmed past it
 * too, the next read from there finds that.
 *
 * @param nextEpochStart the first id of the next epoch after the cursor's, from which the log may
 *   differ from what the cursor's client has seen; undefined in the current epoch
 */
export function cursorResolution(
  { id, epoch }: Cursor,
  bounds: LogBounds,
  nextEpochStart: number | undefined,
): CursorResolution {
  const trimmedUpTo = bounds.oldest - 1
  if (epoch === null && id === 0) return { bounds, position: trimmedUpTo, reset: null }
  if (nextEpochStart !== undefined) {
    if (id < nextEpochStart) {
      return { bounds, position: id, reset: { reason: 'new-epoch', from: id } }
    }
    const from = nextEpochStart - 1
    return { bounds, position: Math.max(from, trimmedUpTo), reset: { reason: 'rewound', from } }
  }
  if (id > bounds.head) {
    return { bounds, position: bounds.head, reset: { reason: 'ahead', from: bounds.head } }
  }
  if (id < trimmedUpTo) {
    return { bounds, position: trimmedUpTo, reset: { reason: 'trimmed', from: trimmedUpTo } }
  }
  return { bounds, position: id, reset: null }
}
