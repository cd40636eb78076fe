import type { Test } from 'tap'
import { Nodes } from '../../support/nodes.ts'
import { type PostgresServer, sharedPostgres } from '../../support/postgres.ts'
import { type Guest, openRoom, type RoomOptions } from '../../support/room.ts'
import type { Copy, Ground, Place } from '../model/ground.ts'
import { logInAll } from '../model/seed.ts'

/** A database, copied for each run; on each copy are several servers. */
export class DatabaseSeed implements Ground {
  readonly guests: readonly Guest[]
  readonly #server: PostgresServer
  readonly #name: string
  readonly #nodes: number
  #grown = 0

  private constructor(
    server: PostgresServer,
    name: string,
    guests: readonly Guest[],
    nodes: number,
  ) {
    this.#server = server
    this.#name = name
    this.guests = guests
    this.#nodes = nodes
  }

  /** @param nodes how many servers there are on each database */
  static async sow(t: Test, nodes: number): Promise<DatabaseSeed> {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const room = await openRoom(t, { settings: { databaseUrl } })
    const guests = await logInAll(room)
    await room.stop()
    return new DatabaseSeed(server, new URL(databaseUrl).pathname.slice(1), guests, nodes)
  }

  async grow(options: RoomOptions): Promise<Place> {
    this.#grown++
    const name = `${this.#name}_${this.#grown}`
    await this.#server.copyDatabase(this.#name, name)
    return new Database(this.#server, name, this.#nodes, options)
  }
}

class Database implements Place {
  readonly room: Nodes
  readonly epochs = 'by database'
  readonly #server: PostgresServer
  readonly #name: string
  #copies = 0

  constructor(server: PostgresServer, name: string, count: number, options: RoomOptions) {
    this.#server = server
    this.#name = name
    this.room = new Nodes({ ...options, databaseUrl: server.url(name), count })
  }

  async copy(): Promise<Copy> {
    this.#copies++
    const copy = `${this.#name}_${this.#copies}`
    await this.#server.copyDatabase(this.#name, copy)
    return {
      putBack: () => this.#server.copyDatabase(copy, this.#name),
      drop: () => this.#server.run(`DROP DATABASE ${copy}`),
    }
  }

  remove(): Promise<void> {
    return this.#server.run(`DROP DATABASE ${this.#name}`)
  }
}
