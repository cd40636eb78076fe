import type { Connection } from '../connection.ts'

export interface EntryFields {
  kind: string
  audience: number
  actor: number
  target: number | null
  text: string
  /** What few entries have. */
  more?: { ref: number | null; metadata: string | null; mentions: string | null }
}

/** Numbers and stores entries. Must be called inside a write transaction. */
export class EntryWriter {
  readonly #head
  readonly #insert
  readonly #insertMore

  constructor(connection: Connection) {
    this.#head = connection.prepare<[], number>('SELECT coalesce(max(id), 0) FROM entries').pluck()
    const columns = 'id, kind, audience_id, actor_id, target_id, text, sent_at'
    type Values = [number, string, number, number, number | null, string, number]
    this.#insert = connection.prepare<Values>(
      `INSERT INTO entries (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#insertMore = connection.prepare<[...Values, number | null, string | null, string | null]>(
      `INSERT INTO entries (${columns}, ref_id, metadata, mentions)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  /**
   * Begins to number: in a transaction the head is read once.
   *
   * @returns stores an entry, and returns its id
   */
  begin(now: number): (entry: EntryFields) => number {
    let head = this.#head.get() as number
    return ({ kind, audience, actor, target, text, more }) => {
      head += 1
      if (more === undefined) this.#insert.run(head, kind, audience, actor, target, text, now)
      else {
        const { ref, metadata, mentions } = more
        this.#insertMore.run(
          head,
          kind,
          audience,
          actor,
          target,
          text,
          now,
          ref,
          metadata,
          mentions,
        )
      }
      return head
    }
  }
}
