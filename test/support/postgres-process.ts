import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, statfsSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'
import { asWhom, type Binaries } from './postgres-binaries.ts'

export interface PostgresProcessOptions {
  /** Default: a free one. */
  port?: number
  /** Lines for postgresql.conf, as `name=value`. */
  settings?: readonly string[]
  /** An existing data folder; default: a new one, removed at the end. */
  folder?: string
  /** Whether commits wait for the disk, as for figures. */
  durable?: boolean
  /** A command that runs it, with its arguments: for example, one that pins it to a core. */
  inside?: readonly string[]
}

const testSettings = [
  'fsync=off',
  'shared_buffers=16MB',
  'max_connections=200',
  // It would visit the database of every test.
  'autovacuum=off',
]

/** More than the databases of all concurrent suites take. */
const spaceNeeded = 4 * 2 ** 30

/** The system's PostgreSQL keeps its defaults, but commits do not wait for the disk. */
const systemTestSettings = ['fsync=off']

/** A shell that stops the server when this process is gone, which closes a pipe however it ends. */
const guard = `
  exec 3<&0
  "$@" >&2 & server=$!
  echo $server
  ( read -r _ <&3; kill -QUIT $server ) & guard=$!
  wait $server
  kill $guard`

/** The processes and the data folder of one PostgreSQL on 127.0.0.1. */
export class PostgresProcess {
  readonly folder: string
  /** Whether the data folder was created here. */
  readonly isNew: boolean
  readonly #home: string | undefined
  readonly #binaries: Binaries
  readonly #settings: readonly string[]
  readonly #inside: readonly string[]
  #port: number | undefined
  #child: ChildProcess | undefined
  #ended: Promise<unknown> = Promise.resolve()
  #pid = 0

  constructor(
    binaries: Binaries,
    superuser: string,
    { port, settings = [], folder, durable = false, inside = [] }: PostgresProcessOptions,
  ) {
    this.#binaries = binaries
    this.#port = port
    const ours = binaries.ofSystem ? systemTestSettings : testSettings
    this.#settings = durable ? settings : [...ours, ...settings]
    this.#inside = inside
    this.isNew = folder === undefined
    if (folder === undefined) {
      const place = durable ? tmpdir() : roomFor(spaceNeeded)
      this.#home = mkdtempSync(join(place, 'obrol-postgres-'))
      chmodSync(this.#home, 0o755)
      if (asWhom.uid !== undefined) chownSync(this.#home, asWhom.uid, asWhom.gid)
    }
    this.folder = folder ?? join(this.#home as string, 'data')
    if (this.isNew) initialise(binaries, this.folder, superuser)
  }

  get port(): number {
    return this.#port as number
  }

  get pid(): number {
    return this.#pid
  }

  async start(): Promise<void> {
    this.#port ??= await freePort()
    const settings = [
      `port=${this.#port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${dirname(this.folder)}`,
      ...this.#settings,
    ]
    const command = [...this.#inside, this.#binaries.postgres, '-D', this.folder]
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
    // Only now is there a process to send signals to.
    this.#child = child
    let log = ''
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
      log += chunk
      if (log.includes('ready to accept')) break
    }
    child.stderr.resume()
    if (!log.includes('ready to accept')) throw new Error(`PostgreSQL did not start: ${log}`)
  }

  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
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

  /** For the `exit` event of this process, which cannot wait. */
  removeNow(): void {
    if (this.#child) {
      process.kill(this.#pid, 'SIGQUIT')
      // It writes to its folder until it has ended.
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

  #children(): number[] {
    const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')
    return rows
      .map((row) => row.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === this.#pid)
      .map(([pid]) => pid as number)
  }
}

function isAlive(pid: number): boolean {
  return signal(pid, 0)
}

/** @returns whether there was such a process: a session of the server may end at any time */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** In memory if there is room, since most of the cost of a new database is its 300 files. */
function roomFor(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > bytes ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

function initialise({ initdb, ofSystem }: Binaries, folder: string, superuser: string): void {
  const locale = ofSystem ? 'C.UTF-8' : 'C'
  execFileSync(
    initdb,
    ['-D', folder, '-U', superuser, '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--no-sync'],
    { ...asWhom, stdio: 'ignore', cwd: '/' },
  )
}
