import type { Log } from './model.ts'
import type { Placed } from './types.ts'

/** Where a cursor stands; a bare id is of the log as it is. */
export function place(cursor: string, log: Log): Placed {
  const [number, epoch] = cursor.split('-')
  const id = Number(number)
  const edge = log.oldest - 1
  if (epoch === undefined && id === 0) return { position: edge, reset: null }
  if (epoch !== undefined && epoch !== log.epoch) {
    const next = log.epochs.find(({ tag }) => tag > epoch) ?? log.epochs.at(-1)
    const from = (next?.first ?? 1) - 1
    if (id > from) return { position: Math.max(from, edge), reset: { reason: 'rewound', from } }
    return { position: id, reset: { reason: 'new-epoch', from: id } }
  }
  if (id > log.head) return { position: log.head, reset: { reason: 'ahead', from: log.head } }
  if (id < edge) return { position: edge, reset: { reason: 'trimmed', from: edge } }
  return { position: id, reset: null }
}
