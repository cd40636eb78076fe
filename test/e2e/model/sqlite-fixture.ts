import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Guest, openRoom, Room, type RoomOptions } from '../../support/room.ts'
import type { Copy, Deployment, ModelFixture } from './fixture.ts'
import { names } from './people.ts'

/** A data folder, copied for each run. */
export class SqliteFixture implements ModelFixture {
  readonly guests: readonly Guest[]
  readonly #folder: string

  private constructor(folder: string, guests: readonly Guest[]) {
    this.#folder = folder
    this.guests = guests
  }

  static async create(t: Test): Promise<SqliteFixture> {
    const room = await openRoom(t)
    const guests = await logInAll(room)
    await room.stop()
    return new SqliteFixture(room.folder, guests)
  }

  async deploy(options: RoomOptions): Promise<Deployment> {
    return new Folder(await copyOf(this.#folder), options)
  }
}

class Folder implements Deployment {
  readonly room: Room
  readonly epochs = 'by start'
  readonly #path: string

  constructor(path: string, options: RoomOptions) {
    this.#path = path
    this.room = new Room(path, options)
  }

  async copy(): Promise<Copy> {
    const copy = await copyOf(this.#path)
    return {
      putBack: async () => {
        for (const file of await readdir(this.#path)) await rm(join(this.#path, file))
        await cp(copy, this.#path, { recursive: true })
      },
      drop: () => rm(copy, { recursive: true }),
    }
  }

  remove(): Promise<void> {
    return rm(this.#path, { recursive: true })
  }
}

/** Everyone registers, and logs in once more. */
export async function logInAll(room: Room): Promise<Guest[]> {
  const guests: Guest[] = []
  for (const name of names) guests.push(await room.register(name), await room.login(name))
  return guests
}

async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'obrol-model-'))
  await cp(folder, copy, { recursive: true })
  return copy
}
