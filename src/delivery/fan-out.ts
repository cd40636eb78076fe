import { packChunks } from './http-chunk.ts'
import type { EncodedEvent } from './sse-events.ts'
import type { StreamRegistry } from './stream-registry.ts'

/**
 * Writes the events of one commit to all live streams that may see them. Broadcasts are packed once
 * for everyone; direct messages cost only the streams of their two people.
 *
 * @param head the last id of the log: everyone's cursor after these events
 */
export function fanOut(
  events: readonly EncodedEvent[],
  head: number,
  streams: Pick<StreamRegistry, 'all' | 'ofAccount'>,
): void {
  const broadcasts = events.filter((event) => event.to === 0)
  const directs = directsByAccount(events)
  if (broadcasts.length > 0) {
    const ranges = packChunks(broadcasts, head)
    for (const stream of streams.all()) {
      if (stream.isLive && !directs.has(stream.account)) stream.deliver(ranges)
    }
  }
  for (const [account, own] of directs) {
    const live = streams.ofAccount(account).filter((stream) => stream.isLive)
    if (live.length === 0) continue
    const visible = [...broadcasts, ...own].sort((one, other) => one.id - other.id)
    const ranges = packChunks(visible, head)
    for (const stream of live) stream.deliver(ranges, own)
  }
}

/** The direct messages of each account that sent or receives one, in order. */
function directsByAccount(events: readonly EncodedEvent[]): Map<number, EncodedEvent[]> {
  const byAccount = new Map<number, EncodedEvent[]>()
  for (const event of events) {
    if (event.to === 0) continue
    for (const account of new Set([event.from, event.to])) {
      const own = byAccount.get(account)
      if (own) own.push(event)
      else byAccount.set(account, [event])
    }
  }
  return byAccount
}
