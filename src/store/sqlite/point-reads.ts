import type { Cursor, Extent, Placement, Session, Unavailable } from '../store.ts'
import { type Connection, connect } from './connection.ts'
import { Reader } from './reader.ts'

/**
 * What a request or a stream asks before it can begin. A few pages of the database answer it, in
 * less time than it takes to wake a thread and to hear from it, so it is asked on the event loop.
 */
export class PointReads {
  readonly #connection: Connection
  readonly #reader: Reader
  #refusal: Unavailable | undefined

  /** @param now Unix milliseconds */
  constructor(database: string, now: () => number) {
    this.#connection = connect(database, { readonly: true })
    this.#reader = new Reader(this.#connection, now)
  }

  async session(id: number): Promise<Session | undefined> {
    return this.#asked().session(id)
  }

  async unreached(viewer: number): Promise<{ after: number; upTo: number; extent: Extent }> {
    return this.#asked().unreached(viewer)
  }

  async place(cursor: Cursor): Promise<Placement> {
    return this.#asked().place(cursor)
  }

  /** From now on nothing is answered. */
  close(reason: Unavailable): void {
    if (this.#refusal) return
    this.#refusal = reason
    this.#connection.close()
  }

  #asked(): Reader {
    if (this.#refusal) throw this.#refusal
    return this.#reader
  }
}
