import type { Copy, Deployment } from './fixture.ts'
import type { Log } from './model.ts'
import type { People } from './people.ts'

interface Backup {
  copy: Copy
  log: ReturnType<Log['copy']>
  people: ReturnType<People['copy']>
}

/**
 * Copies of what stopped servers keep and of the model with it, oldest first, each of an
 * earlier state of the log as it is: an epoch names what a log was before it, so what was given up
 * once is not put back. (A cursor of a log that lies between the two would pass for good.)
 */
export class Backups {
  readonly #place: Deployment
  readonly #log: Log
  readonly #people: People
  readonly #kept: Backup[] = []

  constructor(place: Deployment, log: Log, people: People) {
    this.#place = place
    this.#log = log
    this.#people = people
  }

  get count(): number {
    return this.#kept.length
  }

  async take(): Promise<void> {
    const copy = await this.#place.copy()
    this.#kept.push({ copy, log: this.#log.copy(), people: this.#people.copy() })
  }

  /** Puts one back; those taken after it are of a log that is given up. */
  async putBack(choice: number): Promise<void> {
    const at = choice % this.count
    const { copy, log, people } = this.#kept[at] as Backup
    await copy.putBack()
    this.#log.restore(log)
    this.#people.restore(people)
    await this.#drop(at + 1)
  }

  async close(): Promise<void> {
    await this.#drop(0)
  }

  async #drop(from: number): Promise<void> {
    for (const { copy } of this.#kept.splice(from)) await copy.drop()
  }
}
