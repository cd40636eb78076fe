import type { Cursor, CursorResolution, LogBounds } from './store.ts'

/**
 * Where a cursor stands on a log.
 *
 * A good one of an older epoch is told so before anything else. Where the log was trimmed past it
 * too, that is found by whoever reads on from there.
 *
 * @param nextEpochStart the first id of the next epoch after the cursor's, where the log may have gone
 *   another way than the cursor's holder saw; undefined in the current epoch
 */
export function cursorResolution(
  cursor: Cursor,
  bounds: LogBounds,
  nextEpochStart: number | undefined,
): CursorResolution {
  const trimmedUpTo = bounds.oldest - 1
  const { id } = cursor
  if (cursor.epoch === null && id === 0) return { bounds, position: trimmedUpTo, reset: null }
  if (nextEpochStart !== undefined) {
    if (id < nextEpochStart)
      return { bounds, position: id, reset: { reason: 'new-epoch', from: id } }
    const from = nextEpochStart - 1
    return { bounds, position: Math.max(from, trimmedUpTo), reset: { reason: 'rewound', from } }
  }
  if (id > bounds.head) {
    return { bounds, position: bounds.head, reset: { reason: 'ahead', from: bounds.head } }
  }
  if (id < trimmedUpTo)
    return { bounds, position: trimmedUpTo, reset: { reason: 'trimmed', from: trimmedUpTo } }
  return { bounds, position: id, reset: null }
}
