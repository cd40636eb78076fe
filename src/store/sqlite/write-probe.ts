import type { Connection } from './connection.ts'

/** The bytes of a probe: enough to need new pages in the file, besides the room in those it has. */
const PROBE_BYTES = 16 * 1024

/** Writes and deletes a row, to learn whether writing works. */
export class WriteProbe {
  readonly #fill
  readonly #empty

  constructor(connection: Connection) {
    this.#fill = connection.prepare<[number]>('INSERT INTO probe VALUES (zeroblob(?))')
    this.#empty = connection.prepare<[]>('DELETE FROM probe')
  }

  /** Must be called inside a write transaction. */
  run(): void {
    this.#fill.run(PROBE_BYTES)
    this.#empty.run()
  }
}
