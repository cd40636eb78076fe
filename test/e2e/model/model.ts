import type { Message, PageWanted, Placed } from './types.ts'

/** The log as the contract tells it: what the server is held against. */
export class Log {
  /** All that was ever appended, also what was trimmed since: the entry of an id is at id − 1. */
  entries: Message[] = []
  oldest = 1
  /** Tags order as text. */
  epochs: { tag: string; first: number }[] = []
  keys: Record<string, { id: number; content: string }> = {}

  get head(): number {
    return this.entries.length
  }

  get epoch(): string {
    return this.epochs.at(-1)?.tag ?? ''
  }

  /** Trims what was said before an instant, never the newest. */
  trim(instant: string): void {
    while (this.oldest < this.head && (this.entries[this.oldest - 1]?.sentAt ?? '') < instant) {
      this.oldest++
    }
  }

  /** What an idempotency key stands for. It goes when its entry goes. */
  keyed(name: string): { id: number; content: string } | undefined {
    const known = this.keys[name]
    return known && known.id >= this.oldest ? known : undefined
  }

  /** What a copy of the data folder holds of the log. */
  copy() {
    const { entries, oldest, epochs, keys } = this
    return structuredClone({ entries, oldest, epochs, keys })
  }

  restore(copy: ReturnType<Log['copy']>): void {
    Object.assign(this, structuredClone(copy))
  }

  /** The first that a person may see after an id, trimmed or not. */
  next(person: string, after: number): Message | undefined {
    return this.entries.slice(after).find((message) => sees(person, message))
  }

  /** What is kept and a person may see, with ids in (after, upTo]. */
  seen(person: string, after = 0, upTo = this.head): Message[] {
    const kept = this.entries.slice(Math.max(after, this.oldest - 1), upTo)
    return kept.filter((message) => sees(person, message))
  }

  /** Where a cursor stands; `epoch` is null for a bare id. */
  place(id: number, epoch: string | null): Placed {
    const edge = this.oldest - 1
    if (epoch === null && id === 0) return { position: edge, reset: null }
    if (epoch !== null && epoch !== this.epoch) {
      const next = this.epochs.find(({ tag }) => tag > epoch) ?? this.epochs.at(-1)
      const from = (next?.first ?? 1) - 1
      if (id > from) return { position: Math.max(from, edge), reset: { reason: 'rewound', from } }
      return { position: id, reset: { reason: 'new-epoch', from: id } }
    }
    if (id > this.head) return { position: this.head, reset: { reason: 'ahead', from: this.head } }
    if (id < edge) return { position: edge, reset: { reason: 'trimmed', from: edge } }
    return { position: id, reset: null }
  }

  page(person: string, { after, before, limit, with: other }: PageWanted) {
    const all = this.seen(person, after ?? 0, before === undefined ? this.head : before - 1)
    const mine = all.filter(
      ({ from, to }) =>
        other === undefined ||
        (to === other && from === person) ||
        (to === person && from === other),
    )
    const messages = after === undefined ? mine.slice(-limit) : mine.slice(0, limit)
    const more = mine.length > limit
    const covered = after !== undefined && more ? messages.at(-1)?.id : this.head
    return { messages, more, cursor: `${covered}-${this.epoch}` }
  }
}

/** Everyone sees a broadcast, its two people a direct message. */
export function sees(person: string, { from, to }: Message): boolean {
  return to === undefined || to === person || from === person
}
