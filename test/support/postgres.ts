/**
 * A real PostgreSQL for tests, from the binaries that an npm package ships: nothing to install or
 * to start by hand. `openPostgres` makes one of its own; `sharedPostgres` is one for the whole test
 * process. Neither outlives it, however it ends.
 *
 * `OBROL_TEST_POSTGRES` names the binaries of another one, which then runs with the defaults of its
 * packages (`/usr/lib/postgresql/15/bin`), and `OBROL_TEST_POSTGRES_SETTINGS` what is set for the
 * role that the tests log in as: `name=value`, several with `;` in between.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import type { Test } from 'tap'
import { Connection } from '../../src/store/postgres/connection.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { freePort } from './free-port.ts'
import { asWhom, type Binaries, findBinaries, nameOf } from './postgres-binaries.ts'

const ofTests = [
  'fsync=off',
  'shared_buffers=16MB',
  'max_connections=200',
  // It would visit each of the databases, of which every test makes one.
  'autovacuum=off',
]

/** More than the databases of all suites take that run at the same time. */
const databases = 4 * 2 ** 30

/** What a distribution's PostgreSQL has by default stays, but that a test need not wait for a disk. */
const ofTestsOnSystem = ['fsync=off']

const binaries = await findBinaries()

/** Whether a PostgreSQL can run here; where not, a test says so and passes. */
export const postgresRuns = binaries !== undefined

/** Which it is, as a row of figures names it. */
export const postgresName = binaries ? nameOf(binaries) : 'PostgreSQL'

/** What is set for the role of the tests, as `ALTER ROLE … SET` takes it. */
const laidOver = (process.env.OBROL_TEST_POSTGRES_SETTINGS ?? '').split(';').filter(Boolean)

/** Who makes and copies databases: not the tests' own role, where something is set for that. */
const superuser = laidOver.length > 0 ? 'keeper' : 'postgres'

export interface PostgresOptions {
  /** Default: a free one. */
  port?: number
  /** Lines for postgresql.conf, as `name=value`. */
  settings?: readonly string[]
  /** A data folder that is there already; default: a new one, removed at the end. */
  folder?: string
  /** Whether a commit is on a disk when it is answered, as for figures; a test need not wait for it. */
  durable?: boolean
  /** What runs it, with its arguments: for example, what keeps it on a core. */
  inside?: readonly string[]
}

/** A server on 127.0.0.1, over which the test has full power. */
export interface PostgresServer {
  readonly port: number
  /** The data folder; it may be copied while the server is stopped. */
  readonly folder: string
  /** The first process of the server. */
  readonly pid: number
  /** `postgres://…` of a database. */
  url(database: string, changes?: { port?: number; user?: string; query?: string }): string
  /** The same for the superuser, for whom nothing is set whatever is for the tests' role. */
  superuserUrl(databaseUrl: string): string
  /** A database of its own, with the schema of this version. */
  freshDatabase(): Promise<string>
  /** A database with nothing in it. @param options for CREATE DATABASE */
  emptyDatabase(options?: string): Promise<string>
  /**
   * A database of its own, with the schema of this version, whose clock stands where `setClock`
   * put it.
   */
  clockedDatabase(): Promise<{ url: string; setClock: (now: number) => void }>
  /** Puts a copy of a database in place of another, as a restored backup. Both lose their sessions. */
  copyDatabase(from: string, to: string): Promise<void>
  /** Runs statements as the superuser. */
  run(statements: string, database?: string): Promise<void>
  /** Stops it: `fast` ends every session, `immediate` is a crash. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  /** Starts it again on the same folder and port. */
  start(): Promise<void>
  /** Stops all its processes where they stand, as a machine that hangs. */
  freeze(): void
  thaw(): void
}

/** A server that is stopped, and its folder removed, after the test. */
export async function openPostgres(
  t: Test,
  options: PostgresOptions = {},
): Promise<PostgresServer> {
  const { server, remove } = await startPostgres(options)
  t.teardown(remove)
  return server
}

/** A server, and what stops it and removes its folder. */
export async function startPostgres(
  options: PostgresOptions = {},
): Promise<{ server: PostgresServer; remove: () => Promise<void> }> {
  const server = new Server(options)
  const remove = () => server.remove()
  await server.start().catch(async (error) => {
    await remove()
    throw error
  })
  return { server, remove }
}

let shared: Promise<Server> | undefined

/** The server of this test process, started by the first who asks. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= (async () => {
    const server = new Server({})
    process.once('exit', () => server.removeNow())
    await server.start()
    // It is no reason for the process to go on.
    server.unref()
    return server
  })()
  return shared
}

/**
 * Starts the server as a child of a shell that ends it when this process is gone: a pipe tells,
 * whatever became of its other end.
 */
const guard = `
  exec 3<&0
  "$@" >&2 & server=$!
  echo $server
  ( read -r _ <&3; kill -QUIT $server ) & guard=$!
  wait $server
  kill $guard`

class Server implements PostgresServer {
  readonly folder: string
  readonly #home: string | undefined
  readonly #settings: readonly string[]
  readonly #inside: readonly string[]
  readonly #connections = new Map<string, Superuser>()
  #port: number | undefined
  #child: ChildProcess | undefined
  #ended: Promise<unknown> = Promise.resolve()
  #pid = 0
  #new: boolean
  #databases = 0
  #template: Promise<void> | undefined
  #clocked: Promise<void> | undefined

  constructor({ port, settings = [], folder, durable = false, inside = [] }: PostgresOptions) {
    this.#port = port
    const { ofSystem } = binaries as Binaries
    this.#settings = durable ? settings : [...(ofSystem ? ofTestsOnSystem : ofTests), ...settings]
    this.#inside = inside
    if (folder === undefined) {
      const place = durable ? tmpdir() : roomFor(databases)
      this.#home = mkdtempSync(join(place, 'obrol-postgres-'))
      chmodSync(this.#home, 0o755)
      if (asWhom.uid !== undefined) chownSync(this.#home, asWhom.uid, asWhom.gid)
    }
    this.folder = folder ?? join(this.#home as string, 'data')
    this.#new = folder === undefined
    if (this.#new) initialise(this.folder)
  }

  get port(): number {
    return this.#port as number
  }

  get pid(): number {
    return this.#pid
  }

  url(database: string, { port = this.port, user = 'postgres', query = '' } = {}): string {
    return `postgres://${user}@127.0.0.1:${port}/${database}${query}`
  }

  superuserUrl(databaseUrl: string): string {
    return this.url(new URL(databaseUrl).pathname.slice(1), { user: superuser })
  }

  async freshDatabase(): Promise<string> {
    this.#template ??= this.#makeTemplate()
    await this.#template
    return this.emptyDatabase('TEMPLATE obrol_template STRATEGY file_copy')
  }

  async clockedDatabase() {
    this.#clocked ??= this.#makeClockedTemplate()
    await this.#clocked
    const url = await this.emptyDatabase('TEMPLATE obrol_clocked STRATEGY file_copy')
    const file = join(this.folder, `${new URL(url).pathname}.clock`)
    return { url, setClock: (now: number) => writeFileSync(file, `${now}`) }
  }

  async emptyDatabase(options = ''): Promise<string> {
    this.#databases += 1
    const name = `obrol_${this.#databases}`
    await this.run(`CREATE DATABASE ${name} ${options}`)
    return this.url(name)
  }

  async copyDatabase(from: string, to: string): Promise<void> {
    for (const name of [from, to]) {
      await this.#connections.get(name)?.close()
      this.#connections.delete(name)
    }
    await this.run(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`)
    await this.run(`CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY file_copy`)
  }

  async run(statements: string, database = 'postgres'): Promise<void> {
    let connection = this.#connections.get(database)
    if (!connection) {
      connection = new Superuser(this.url(database, { user: superuser }))
      this.#connections.set(database, connection)
    }
    await connection.run(statements)
  }

  async start(): Promise<void> {
    this.#port ??= await freePort()
    const settings = [
      `port=${this.#port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${dirname(this.folder)}`,
      ...this.#settings,
    ]
    const command = [...this.#inside, (binaries as Binaries).postgres, '-D', this.folder]
    for (const setting of settings) command.push('-c', setting)
    try {
      unlinkSync(join(this.folder, 'postmaster.pid'))
    } catch {}
    const child = spawn('/bin/sh', ['-c', guard, 'sh', ...command], {
      ...asWhom,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#ended = once(child, 'exit')
    const [pid] = await once(child.stdout, 'data')
    this.#pid = Number(String(pid))
    // From here on there is a process of that number to be sent signals.
    this.#child = child
    let log = ''
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
      log += chunk
      if (log.includes('ready to accept')) break
    }
    child.stderr.resume()
    if (!log.includes('ready to accept')) throw new Error(`PostgreSQL did not start: ${log}`)
    if (this.#new) await this.#layOver()
    this.#new = false
  }

  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#disconnect()
    if (!this.#child) return
    process.kill(this.#pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    this.#child = undefined
    await this.#ended
  }

  freeze(): void {
    process.kill(this.#pid, 'SIGSTOP')
    for (const pid of this.#children()) signal(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#children()) signal(pid, 'SIGCONT')
    process.kill(this.#pid, 'SIGCONT')
  }

  async remove(): Promise<void> {
    if (this.#child) {
      this.thaw()
      await this.stop('immediate')
    }
    if (this.#home) rmSync(this.#home, { recursive: true, force: true })
  }

  /** In the last turn of a process, where nothing can be waited for. */
  removeNow(): void {
    if (this.#child) {
      process.kill(this.#pid, 'SIGQUIT')
      // It writes to its folder until it is gone.
      const clock = new Int32Array(new SharedArrayBuffer(4))
      for (let look = 0; look < 100 && isAlive(this.#pid); look++) Atomics.wait(clock, 0, 0, 10)
    }
    if (this.#home) rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 })
  }

  unref(): void {
    const { stdin, stdout, stderr } = this.#child as ChildProcess
    this.#child?.unref()
    for (const pipe of [stdin, stdout, stderr]) (pipe as unknown as { unref(): void }).unref()
  }

  async #disconnect(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()))
    this.#connections.clear()
  }

  async #layOver(): Promise<void> {
    if (laidOver.length === 0) return
    await this.run('CREATE ROLE postgres SUPERUSER LOGIN')
    for (const setting of laidOver) await this.run(`ALTER ROLE postgres SET ${setting}`)
  }

  #children(): number[] {
    const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')
    return rows
      .map((row) => row.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === this.#pid)
      .map(([pid]) => pid as number)
  }

  /** The clock is a file in the data folder: to set it takes no session and no time. */
  async #makeClockedTemplate(): Promise<void> {
    this.#template ??= this.#makeTemplate()
    await this.#template
    await this.run('CREATE DATABASE obrol_clocked TEMPLATE obrol_template')
    await this.run(
      `CREATE OR REPLACE FUNCTION obrol_now() RETURNS bigint LANGUAGE sql VOLATILE
       AS $$ SELECT pg_read_file(current_database() || '.clock')::bigint $$`,
      'obrol_clocked',
    )
    await this.#connections.get('obrol_clocked')?.close()
    this.#connections.delete('obrol_clocked')
  }

  async #makeTemplate(): Promise<void> {
    await this.run('CREATE DATABASE obrol_template')
    const connection = new Connection(this.url('obrol_template'))
    await migrate(connection)
    await connection.close()
  }
}

/** A session that is no reason for the process to go on, but while it is at work. */
class Superuser {
  readonly #sql: postgres.Sql
  #socket: Socket | undefined

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    const socket = () => {
      this.#socket = connect(Number(port), hostname)
      return this.#socket
    }
    // Its timer for a longest life would keep the process.
    const options = { max: 1, onnotice: () => {}, fetch_types: false, max_lifetime: null, socket }
    this.#sql = postgres(url, options as object)
  }

  async run(statements: string): Promise<void> {
    this.#socket?.ref()
    try {
      await this.#sql.unsafe(statements).simple()
    } finally {
      this.#socket?.unref()
    }
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 0 })
  }
}

function isAlive(pid: number): boolean {
  return signal(pid, 0)
}

/** @returns whether there was such a process: a session may end at any time */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** In memory where the machine has room there: most of what a new database costs is its 300 files. */
function roomFor(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > bytes ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

function initialise(folder: string): void {
  const { initdb, ofSystem } = binaries as Binaries
  const locale = ofSystem ? 'C.UTF-8' : 'C'
  execFileSync(
    initdb,
    ['-D', folder, '-U', superuser, '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--no-sync'],
    { ...asWhom, stdio: 'ignore', cwd: '/' },
  )
}
