/** How many messages are remembered: more are edited or deleted one after the other by no one. */
const maxRemembered = 100

/** The messages that the user has sent during this session, here or elsewhere. */
export class OwnMessages {
  readonly #ids = new Set<number>()

  add(id: number): void {
    this.#ids.add(id)
    if (this.#ids.size > maxRemembered) this.#ids.delete(Math.min(...this.#ids))
  }

  remove(id: number): void {
    this.#ids.delete(id)
  }

  /** The log was reset: other messages may have these ids. */
  clear(): void {
    this.#ids.clear()
  }

  /** The id of the newest message; undefined if none is known. */
  get last(): number | undefined {
    return this.#ids.size > 0 ? Math.max(...this.#ids) : undefined
  }
}
