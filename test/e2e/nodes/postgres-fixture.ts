import type { Test } from 'tap'
import { databaseNameOf } from '../../support/database-url.ts'
import { Nodes } from '../../support/nodes.ts'
import { type PostgresServer, sharedPostgres } from '../../support/postgres.ts'
import { type Guest, openRoom, type RoomOptions } from '../../support/room.ts'
import type { Copy, Deployment, ModelFixture } from '../model/fixture.ts'
import { logInAll } from '../model/sqlite-fixture.ts'

/** A database, copied for each run; on each copy are several servers. */
export class PostgresFixture implements ModelFixture {
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
  static async create(t: Test, nodes: number): Promise<PostgresFixture> {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const room = await openRoom(t, { settings: { databaseUrl } })
    const guests = await logInAll(room)
    await room.stop()
    return new PostgresFixture(server, databaseNameOf(databaseUrl), guests, nodes)
  }

  async deploy(options: RoomOptions): Promise<Deployment> {
    this.#grown++
    const name = `${this.#name}_${this.#grown}`
    await this.#server.copyDatabase(this.#name, name)
    return new Database(this.#server, name, this.#nodes, options)
  }
}

class Database implements Deployment {
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
