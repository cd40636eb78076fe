import type { Connection } from '../connection.ts'

export interface EntryFields {
  kind: string
  audience: number
  actor: number
  target: number | null
  text: string
}

/** Numbers and stores entries. Must be called inside a write transaction. */
export class EntryWriter {
  readonly #head
  readonly #insert

  constructor(connection: Connection) {
    this.#head = connection.prepare<[], number>('SELECT coalesce(max(id), 0) FROM entries').pluck()
    this.#insert = connection.prepare<
      [number, string, number, number, number | null, string, number]
    >(
      `INSERT INTO entries (id, kind, audience_id, actor_id, target_id, text, sent_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  /**
   * Begins to number: in a transaction the head is read once.
   *
   * @returns stores an entry, and returns its id
   */
  begin(now: number): (entry: EntryFields) => number {
    let head = this.#head.get() as number
    return ({ kind, audience, actor, target, text }) => {
      head += 1
      this.#insert.run(head, kind, audience, actor, target, text, now)
      return head
    }
  }
}
