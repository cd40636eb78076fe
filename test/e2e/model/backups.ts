import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from './model.ts'
import type { People } from './people.ts'

interface Backup {
  folder: string
  log: ReturnType<Log['copy']>
  people: ReturnType<People['copy']>
}

/**
 * Copies of a stopped server's data folder and of the model with it, oldest first, each of an
 * earlier state of the log as it is: an epoch names what a log was before it, so what was given up
 * once is not put back. (A cursor of a log that lies between the two would pass for good.)
 */
export class Backups {
  readonly #folder: string
  readonly #log: Log
  readonly #people: People
  readonly #kept: Backup[] = []

  constructor(folder: string, log: Log, people: People) {
    this.#folder = folder
    this.#log = log
    this.#people = people
  }

  get count(): number {
    return this.#kept.length
  }

  async take(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'obrol-model-'))
    await cp(this.#folder, folder, { recursive: true })
    this.#kept.push({ folder, log: this.#log.copy(), people: this.#people.copy() })
  }

  /** Puts one back; those taken after it are of a log that is given up. */
  async putBack(choice: number): Promise<void> {
    const at = choice % this.count
    const { folder, log, people } = this.#kept[at] as Backup
    for (const file of await readdir(this.#folder)) await rm(join(this.#folder, file))
    await cp(folder, this.#folder, { recursive: true })
    this.#log.restore(log)
    this.#people.restore(people)
    await this.#drop(at + 1)
  }

  async close(): Promise<void> {
    await this.#drop(0)
  }

  async #drop(from: number): Promise<void> {
    for (const { folder } of this.#kept.splice(from)) await rm(folder, { recursive: true })
  }
}
