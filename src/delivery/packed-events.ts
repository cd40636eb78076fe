import type { EncodedEvent } from './encoded-event.ts'
import { allEvents, type EventSet } from './event-names.ts'
import { type ChunkRange, packChunks } from './http-chunk.ts'
import type { Batch } from './recent-events.ts'

type Events = readonly EncodedEvent[]

/** Those of the events that are in the set, in their order. */
export function selectEvents(events: Events, set: EventSet): Events {
  return set === allEvents ? events : events.filter((event) => (event.set & set) !== 0)
}

/** The events that some accounts get of an update. Streams with the same set of events share their bytes. */
export class PackedEvents {
  readonly #events: Events
  readonly #scannedTo: number
  /** The sets of all of the events together. */
  readonly #present: EventSet
  /** By what a stream's set has of those that are present: others make no difference. */
  readonly #packed = new Map<EventSet, readonly ChunkRange[]>()
  #all: readonly ChunkRange[] | undefined

  /** @param scannedTo see `packChunks` */
  constructor(events: Events, scannedTo: number) {
    this.#events = events
    this.#scannedTo = scannedTo
    this.#present = events.reduce((union, { set }) => union | set, 0)
  }

  /** What a stream with this set of events writes. */
  for(set: EventSet): readonly ChunkRange[] {
    const wanted = set & this.#present
    if (wanted === this.#present) {
      this.#all ??= packChunks(this.#events, this.#scannedTo)
      return this.#all
    }
    const known = this.#packed.get(wanted)
    if (known) return known
    const packed = packChunks(selectEvents(this.#events, wanted), this.#scannedTo)
    this.#packed.set(wanted, packed)
    return packed
  }
}

/** For how many sets of events the last batch is kept: some 64 KiB each, by `maxChunkBytes`. */
const maxSets = 8

/**
 * What was packed last for streams that catch up, for each set of events. Readers who resume at the same
 * place at once share the packed bytes.
 */
export class PackedBatches {
  readonly #last = new Map<EventSet, Batch & { ranges: readonly ChunkRange[] }>()

  /** @param batch only of events that are in the set */
  pack(batch: Batch, set: EventSet): readonly ChunkRange[] {
    const { events, scannedTo } = batch
    const last = this.#last.get(set)
    if (last?.scannedTo === scannedTo && sameEvents(last.events, events)) return last.ranges
    if (last === undefined && this.#last.size >= maxSets) this.clear()
    const ranges = packChunks(events, scannedTo)
    this.#last.set(set, { events, scannedTo, ranges })
    return ranges
  }

  clear(): void {
    this.#last.clear()
  }
}

/** Whether the events are identical; two readers may see as many, but different ones. */
function sameEvents(some: Events, others: Events): boolean {
  return some.length === others.length && some.every((event, index) => event === others[index])
}
