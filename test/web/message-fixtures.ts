import type { HeldMessage } from '../../src/client/state/index.ts'

const start = Date.parse('2026-11-24T09:00:00Z')

/** A broadcast, sent so many seconds after nine. */
export function broadcastMessage(
  id: number,
  from: string,
  text = `${from} ${id}`,
  seconds = id,
): HeldMessage & { kind: 'broadcast' } {
  const sentAt = new Date(start + seconds * 1000).toISOString()
  return { id, kind: 'broadcast', from, text, sentAt, reactions: [], asOf: id }
}
