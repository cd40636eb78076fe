import type { MessageEntry, Outcome } from '../message-log.ts'

/** Batches whose outcomes are remembered. Few are asked for again: a dead writer ends its process. */
const MAX_RECENT_BATCHES = 8

/** What became of the last batches, with messages as they are now. */
export class RecentBatches {
  readonly #outcomes = new Map<string, Outcome[]>()

  get(batchId: string): Outcome[] | undefined {
    return this.#outcomes.get(batchId)
  }

  add(batchId: string, outcomes: Outcome[]): void {
    this.#outcomes.set(batchId, outcomes)
    if (this.#outcomes.size <= MAX_RECENT_BATCHES) return
    const [oldest] = this.#outcomes.keys()
    this.#outcomes.delete(oldest as string)
  }

  changed(message: MessageEntry): void {
    this.#replace((entry) => (entry.id === message.id ? message : entry))
  }

  /** @param now Unix milliseconds */
  roomDeleted(id: number, now: number): void {
    this.#replace((entry) => (entry.room?.id === id ? tombstoneOf(entry, now) : entry))
  }

  #replace(now: (entry: MessageEntry) => MessageEntry): void {
    for (const [batchId, outcomes] of this.#outcomes) {
      const replaced = outcomes.map((outcome) =>
        'entry' in outcome ? { ...outcome, entry: now(outcome.entry) } : outcome,
      )
      this.#outcomes.set(batchId, replaced)
    }
  }
}

function tombstoneOf(
  { kind, id, from, to, room, sentAt }: MessageEntry,
  deletedAt: number,
): MessageEntry {
  return { kind, id, from, to, room, text: '', sentAt, deletedAt }
}
