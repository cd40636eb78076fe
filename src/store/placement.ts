import type { Cursor, Extent, Placement } from './store.ts'

/**
 * Where a cursor stands on a log.
 *
 * A good one of an older epoch is told so before anything else. Where the log was trimmed past it
 * too, that is found by whoever reads on from there.
 *
 * @param fork the first id of the next epoch after the cursor's, where the log may have gone
 *   another way than the cursor's holder saw; undefined in the current epoch
 */
export function placeCursor(cursor: Cursor, extent: Extent, fork: number | undefined): Placement {
  const edge = extent.oldest - 1
  const { id } = cursor
  if (cursor.epoch === null && id === 0) return { extent, position: edge, reset: null }
  if (fork !== undefined) {
    if (id < fork) return { extent, position: id, reset: { reason: 'new-epoch', from: id } }
    const from = fork - 1
    return { extent, position: Math.max(from, edge), reset: { reason: 'rewound', from } }
  }
  if (id > extent.head) {
    return { extent, position: extent.head, reset: { reason: 'ahead', from: extent.head } }
  }
  if (id < edge) return { extent, position: edge, reset: { reason: 'trimmed', from: edge } }
  return { extent, position: id, reset: null }
}
