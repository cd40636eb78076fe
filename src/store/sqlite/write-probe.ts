import type { Connection } from './connection.ts'

/** Enough to need new pages in the file, not only room in those it has. */
const PROBE_BYTES = 16 * 1024

/** A write that leaves nothing behind, to learn whether writes work. */
export class WriteProbe {
  readonly #fill
  readonly #empty

  constructor(connection: Connection) {
    this.#fill = connection.prepare<[number]>('INSERT INTO probe VALUES (zeroblob(?))')
    this.#empty = connection.prepare<[]>('DELETE FROM probe')
  }

  write(): void {
    this.#fill.run(PROBE_BYTES)
    this.#empty.run()
  }
}
