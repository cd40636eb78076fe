import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Guest, openRoom } from '../../support/room.ts'
import { names } from './people.ts'

/** A data folder in which people are registered and logged in, copied for each run: passwords take their time. */
export class Seed {
  readonly guests: readonly Guest[]
  readonly #folder: string

  private constructor(folder: string, guests: readonly Guest[]) {
    this.#folder = folder
    this.guests = guests
  }

  static async sow(t: Test): Promise<Seed> {
    const room = await openRoom(t)
    const guests: Guest[] = []
    for (const name of names) guests.push(await room.register(name), await room.login(name))
    await room.stop()
    return new Seed(room.folder, guests)
  }

  /** A copy of the folder, which the caller removes. */
  async grow(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'obrol-model-'))
    await cp(this.#folder, folder, { recursive: true })
    return folder
  }
}
