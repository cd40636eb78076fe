import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import '../../test/support/compiled.ts'
import { broadcastRequest } from '../load/requests.ts'
import { makePeople, type Person, secret } from './people.ts'
import { startPinned, stopProcess } from './process.ts'
import { type Rooms, seed, seedRooms } from './seed.ts'
import type { Contender, Server } from './server.ts'

const root = new URL('../../', import.meta.url)

/** The command of `npm start` with its flags, run by the benchmark's runtime. */
function startCommand(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const words = String(scripts.start).split(' ')
  const [, ...args] = words.slice(words.indexOf('node'))
  return [process.execPath, ...args]
}

/** Without rate limits; otherwise the defaults. */
const limitsOff = {
  STREAMS_PER_USER: '0',
  MESSAGES_PER_MINUTE: '0',
  READS_PER_MINUTE: '0',
  STREAM_OPENS_PER_MINUTE: '0',
  REGISTRATIONS_PER_HOUR: '0',
  REQUESTS_PER_MINUTE: '0',
  CONNECTIONS_PER_ADDRESS: '0',
  LOGINS_PER_MINUTE: '0',
}

interface ObrolOptions {
  /** Of its streams. */
  presence?: 'full' | 'none'
  env?: NodeJS.ProcessEnv
  /** None: there are no rooms, and the log is empty. */
  rooms?: Rooms
}

/** What a server of Obrol starts with. */
export interface Data {
  /** To be removed when it is not needed any more. */
  folder: Folder
  /** The users who can connect. */
  people: readonly Person[]
  /** The newest message in the log; undefined: there is none. */
  head: number | undefined
}

/** Obrol on SQLite, with data that another store can take over. */
export interface OnSqlite extends Contender {
  /** @param people how many users must be able to connect */
  makeData(people: number): Promise<Data>
}

/** Obrol as `npm start` runs it: accounts, tokens, an fsync before every 201, and log lines. */
export function obrol({ presence = 'none', env = {}, rooms = [] }: ObrolOptions = {}): OnSqlite {
  const makeData = (people: number) => seedData(people, rooms)
  return {
    name: 'obrol',
    makeData,
    start: async (people) => startObrol(await makeData(people), presence, env),
  }
}

async function seedData(count: number, rooms: Rooms): Promise<Data> {
  const folder = makeFolder()
  const people = makePeople(count)
  await seed(folder.path, people)
  const head = rooms.length > 0 ? seedRooms(folder.path, rooms) : undefined
  return { folder, people, head }
}

async function startObrol(
  { folder, people, head }: Data,
  presence: string,
  env: NodeJS.ProcessEnv,
): Promise<Server> {
  const { stop, ...process } = await startProcess(folder.path, env)
  return {
    ...process,
    ...asObrol(people, presence),
    ...(head !== undefined && { head }),
    async stop() {
      await stop()
      folder.remove()
    },
  }
}

/** A folder that is removed on call, or when the benchmark ends. */
interface Folder {
  path: string
  remove(): void
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'obrol-bench-'))
  const clear = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', clear)
  return {
    path,
    remove() {
      process.off('exit', clear)
      clear()
    },
  }
}

/** Starts the server on a data directory, which its log lines go into too. */
export async function startProcess(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Pick<Server, 'port' | 'pid' | 'startedInMs' | 'stop'>> {
  const lines = join(folder, 'server.log')
  const startedAt = performance.now()
  const child = startPinned(startCommand(), {
    cwd: fileURLToPath(root),
    stdout: openSync(lines, 'a'),
    env: { DATA_DIR: folder, PORT: '0', JWT_SECRET: secret, ...limitsOff, ...env },
  })
  const port = await portIn(lines, () => child.exitCode !== null)
  const startedInMs = performance.now() - startedAt
  return { port, pid: child.pid as number, startedInMs, stop: () => stopProcess(child) }
}

/** The server's requests and streams, for users that it has. */
export function asObrol(
  people: readonly Person[],
  presence: string,
): Pick<Server, 'tokens' | 'streamPath' | 'readyMark' | 'broadcast'> {
  const tokens = people.map(({ token }) => token)
  const broadcasts = tokens
    .slice(0, 64)
    .map((token) => broadcastRequest('/v1/messages/broadcast', token))
  return {
    tokens,
    streamPath: `/v1/events?presence=${presence}`,
    readyMark: 'event: ready',
    broadcast: (n) => broadcasts[n % broadcasts.length] as Buffer,
  }
}

/** The port in the server's first log line. */
async function portIn(file: string, ended: () => boolean): Promise<number> {
  while (!ended()) {
    const [, port] = /"url":"http:[^"]*:(\d+)"/.exec(readFileSync(file, 'utf8')) ?? []
    if (port !== undefined) return Number(port)
    await delay(5)
  }
  throw new Error(`the server did not start: ${readFileSync(file, 'utf8')}`)
}
