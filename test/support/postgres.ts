/**
 * A real PostgreSQL for tests, from the binaries of an npm package, so that nothing needs to be
 * installed or started. `openPostgres` starts a server for one test; `sharedPostgres` starts one for
 * the whole test process. Neither outlives the process, however it ends.
 *
 * `OBROL_TEST_POSTGRES` names the folder of other binaries (`/usr/lib/postgresql/15/bin`), which run
 * with the defaults of their packages. `OBROL_TEST_POSTGRES_SETTINGS` sets settings of the role that
 * the tests log in as: `name=value`, separated by `;`.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Connection } from '../../src/store/postgres/connection.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { databaseNameOf } from './database-url.ts'
import { type Binaries, findBinaries, nameOf } from './postgres-binaries.ts'
import { PostgresProcess, type PostgresProcessOptions } from './postgres-process.ts'
import { SuperuserSession } from './superuser-session.ts'

const binaries = await findBinaries()

/** Whether a PostgreSQL can run here. If not, a test says so and passes. */
export const postgresRuns = binaries !== undefined

/** Its name in a row of figures. */
export const postgresName = binaries ? nameOf(binaries) : 'PostgreSQL'

/** Settings of the tests' role, as `ALTER ROLE … SET` takes them. */
const roleSettings = (process.env.OBROL_TEST_POSTGRES_SETTINGS ?? '').split(';').filter(Boolean)

/** Creates and copies databases: another role than the tests', if that one has settings. */
const superuser = roleSettings.length > 0 ? 'keeper' : 'postgres'

/** A server on 127.0.0.1 that the test fully controls. */
export interface PostgresServer {
  readonly port: number
  /** The data folder; it may be copied while the server is stopped. */
  readonly folder: string
  /** The main process of the server. */
  readonly pid: number
  /** `postgres://…` of a database. */
  url(database: string, changes?: { port?: number; user?: string; query?: string }): string
  /** The same for the superuser, who never has the settings of the tests' role. */
  superuserUrl(databaseUrl: string): string
  /** Creates a database with the schema of this version. */
  freshDatabase(): Promise<string>
  /** @param options for CREATE DATABASE */
  emptyDatabase(options?: string): Promise<string>
  /** Creates a database with the schema of this version, whose clock only `setClock` moves. */
  clockedDatabase(): Promise<{ url: string; setClock: (now: number) => void }>
  /** Replaces a database by a copy of another, like restoring a backup. Both lose their sessions. */
  copyDatabase(from: string, to: string): Promise<void>
  /** Runs statements as the superuser. */
  run(statements: string, database?: string): Promise<void>
  /** `fast` ends every session, `immediate` is a crash. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  /** Starts it again with the same folder and port. */
  start(): Promise<void>
  /** Suspends all its processes, like a machine that hangs. */
  freeze(): void
  thaw(): void
}

/** Starts a server. After the test it is stopped and its folder removed. */
export async function openPostgres(
  t: Test,
  options: PostgresProcessOptions = {},
): Promise<PostgresServer> {
  const { server, remove } = await startPostgres(options)
  t.teardown(remove)
  return server
}

/**
 * @returns the server, a function that stops it and removes its folder, and one that does so for the
 *   `exit` event of this process
 */
export async function startPostgres(
  options: PostgresProcessOptions = {},
): Promise<{ server: PostgresServer; remove: () => Promise<void>; removeNow: () => void }> {
  const server = new Server(options)
  const remove = () => server.remove()
  await server.start().catch(async (error) => {
    await remove()
    throw error
  })
  return { server, remove, removeNow: () => server.removeNow() }
}

let shared: Promise<Server> | undefined

/** The server of this test process. The first call starts it. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= (async () => {
    const server = new Server({})
    process.once('exit', () => server.removeNow())
    await server.start()
    server.unref()
    return server
  })()
  return shared
}

class Server extends PostgresProcess implements PostgresServer {
  readonly #sessions = new Map<string, SuperuserSession>()
  #hasRoleSettings: boolean
  #databases = 0
  #template: Promise<void> | undefined
  #clockedTemplate: Promise<void> | undefined

  constructor(options: PostgresProcessOptions) {
    super(binaries as Binaries, superuser, options)
    this.#hasRoleSettings = !this.isNew || roleSettings.length === 0
  }

  url(database: string, { port = this.port, user = 'postgres', query = '' } = {}): string {
    return `postgres://${user}@127.0.0.1:${port}/${database}${query}`
  }

  superuserUrl(databaseUrl: string): string {
    return this.url(databaseNameOf(databaseUrl), { user: superuser })
  }

  async freshDatabase(): Promise<string> {
    this.#template ??= this.#createTemplate()
    await this.#template
    return this.emptyDatabase('TEMPLATE obrol_template STRATEGY file_copy')
  }

  async clockedDatabase() {
    this.#clockedTemplate ??= this.#createClockedTemplate()
    await this.#clockedTemplate
    const url = await this.emptyDatabase('TEMPLATE obrol_clocked STRATEGY file_copy')
    const file = join(this.folder, `${databaseNameOf(url)}.clock`)
    return { url, setClock: (now: number) => writeFileSync(file, `${now}`) }
  }

  async emptyDatabase(options = ''): Promise<string> {
    this.#databases += 1
    const name = `obrol_${this.#databases}`
    await this.run(`CREATE DATABASE ${name} ${options}`)
    return this.url(name)
  }

  async copyDatabase(from: string, to: string): Promise<void> {
    for (const name of [from, to]) await this.#endSession(name)
    await this.run(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`)
    await this.run(`CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY file_copy`)
  }

  async run(statements: string, database = 'postgres'): Promise<void> {
    let session = this.#sessions.get(database)
    if (!session) {
      session = new SuperuserSession(this.url(database, { user: superuser }))
      this.#sessions.set(database, session)
    }
    await session.run(statements)
  }

  override async start(): Promise<void> {
    await super.start()
    if (this.#hasRoleSettings) return
    await this.run('CREATE ROLE postgres SUPERUSER LOGIN')
    for (const setting of roleSettings) await this.run(`ALTER ROLE postgres SET ${setting}`)
    this.#hasRoleSettings = true
  }

  override async stop(how?: 'fast' | 'immediate'): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((name) => this.#endSession(name)))
    await super.stop(how)
  }

  async #endSession(database: string): Promise<void> {
    const session = this.#sessions.get(database)
    this.#sessions.delete(database)
    await session?.close()
  }

  /** Its clock is a file in the data folder, so setting it takes no session and no time. */
  async #createClockedTemplate(): Promise<void> {
    this.#template ??= this.#createTemplate()
    await this.#template
    await this.run('CREATE DATABASE obrol_clocked TEMPLATE obrol_template')
    await this.run(
      `CREATE OR REPLACE FUNCTION obrol_now() RETURNS bigint LANGUAGE sql VOLATILE
       AS $$ SELECT pg_read_file(current_database() || '.clock')::bigint $$`,
      'obrol_clocked',
    )
    await this.#endSession('obrol_clocked')
  }

  async #createTemplate(): Promise<void> {
    await this.run('CREATE DATABASE obrol_template')
    const connection = new Connection(this.url('obrol_template'))
    await migrate(connection)
    await connection.close()
  }
}
