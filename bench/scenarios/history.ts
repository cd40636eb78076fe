import { Reader } from '../load/reader.ts'
import { InvalidRun } from '../load/streams.ts'
import { median, percentile } from '../machine/statistics.ts'
import {
  Audiences,
  type History,
  headOf,
  missed,
  obrolWithHistory,
  pagedPerson,
  pagedRoom,
} from '../servers/history.ts'
import { type OnSqlite, obrol } from '../servers/obrol.ts'
import { roomName } from '../servers/seed.ts'
import type { Server } from '../servers/server.ts'
import type { SqliteScenario } from './both-stores.ts'
import { atMost, figure, type Goal, ratio, type Sample } from './scenario.ts'
import { measureStart } from './start.ts'

/** What the viewer had before they went away. */
const seenBefore = 1_000

const usual = {
  seenUpTo: seenBefore,
  accounts: 20_000,
  rooms: 1_000,
  roomsEach: 5,
  conversations: 10_000,
  viewer: { rooms: 20, conversations: 50 },
}

const fewEntries: History = { ...usual, entries: seenBefore + 10_000 }
const manyEntries: History = { ...usual, entries: seenBefore + 1_000_000 }
const mostEntries: History = {
  entries: 5_000_000,
  seenUpTo: 1_250_000,
  accounts: 200_000,
  rooms: 10_000,
  roomsEach: 5,
  conversations: 300_000,
  viewer: { rooms: 200, conversations: 5_000 },
}

const few = obrolWithHistory('among 10,000', fewEntries)
const many = obrolWithHistory('among 1,000,000', manyEntries)
const most = obrolWithHistory('200 rooms, 5,000 conversations, 5,000,000 entries', mostEntries)

const histories: Readonly<Record<string, History>> = {
  [few.name]: fewEntries,
  [many.name]: manyEntries,
  [most.name]: mostEntries,
}

/** The first ones compile code, and bring the file's pages into memory. */
const warm = 20

/** One person comes back, of whose entries a few stand among very many of others. */
export const resumeInRooms = (full: boolean): SqliteScenario => ({
  name: 'rooms-resume',
  title: `resuming in 20 rooms and 50 conversations, ${missed} of theirs missed among 1,000,000 of others’`,
  short: `resuming, ${missed} of theirs missed among 1,000,000`,
  contenders: [many, few, most],
  people: 0,
  measure: (server, { name }) => measureResume(server, histories[name] as History, full ? 200 : 50),
  goals: [
    within(20, many),
    {
      told: '≤ 1.5 × the same among 10,000',
      value: ratio('p50', many.name, few.name),
      holds: (value) => value <= 1.5,
    },
    within(40, most, 'in 200 rooms and 5,000 conversations: '),
  ],
  columns: [
    ['p50', 'ms p50', 1],
    ['p99', 'ms p99', 1],
  ],
})

function within(ms: number, { name }: OnSqlite, where = ''): Goal {
  return atMost(ms, 'ms', figure('p50', name), (limit) => `${where}p50 ≤ ${limit} ms`)
}

/** From the request to `ready`. Each stream must receive what was missed, once and in order. */
async function measureResume(server: Server, history: History, times: number): Promise<Sample> {
  const expected = String(new Audiences(history).missedIds())
  const took: number[] = []
  for (let nth = -warm; nth < times; nth++) {
    const ids: number[] = []
    const began = performance.now()
    const reader = new Reader({
      port: server.port,
      path: server.streamPath,
      token: server.tokens[0],
      readyMark: server.readyMark,
      after: history.seenUpTo,
      onId: (id) => ids.push(id),
    })
    await reader.ready
    if (nth >= 0) took.push(performance.now() - began)
    reader.close()
    if (String(ids) !== expected) throw new InvalidRun(`void: ${ids.length} events of ${missed}`)
  }
  return { p50: median(took), p99: percentile(took, 0.99) }
}

const pageOf = 50
const inMost: OnSqlite = { ...most, name: 'a log of 5,000,000' }
const inFew: OnSqlite = { ...few, name: 'a log of 11,000' }

const pageNames = ['room, newest', 'room, middle', 'conversation, newest', 'conversation, middle']

/** Pages of a room and of a conversation, wherever they begin and however long the log is. */
export const pages = (full: boolean): SqliteScenario => ({
  name: 'rooms-pages',
  title: `pages of ${pageOf} messages of a room and of a conversation, the newest and in the middle of the log`,
  short: 'a page of a room, of a conversation, newest and in the middle',
  contenders: [inMost, inFew],
  people: 0,
  measure: (server, { name }) =>
    measurePages(server, name === inMost.name ? mostEntries : fewEntries, full ? 200 : 50),
  goals: [
    {
      told: '≤ 1.5 × the same in a log of 11,000 (the slowest of four)',
      value: (round) =>
        slowest((name) => ratio(`p50 ${name}`, inMost.name, inFew.name)(round) ?? Number.NaN),
      holds: (value) => value <= 1.5,
    },
    atMost(
      5,
      'ms',
      (round) => slowest((name) => figure(`p50 ${name}`, inMost.name)(round) ?? Number.NaN),
      (limit) => `p50 ≤ ${limit} ms (the slowest of four)`,
    ),
  ],
  columns: pageNames.map((name) => [`p50 ${name}`, `ms p50 ${name}`, 2] as const),
})

function slowest(of: (page: string) => number): number | undefined {
  const most = Math.max(...pageNames.map(of))
  return Number.isNaN(most) ? undefined : most
}

async function measurePages(server: Server, history: History, times: number): Promise<Sample> {
  const audiences = new Audiences(history)
  const room = audiences.pagedIds(pagedRoom(history))
  const conversation = audiences.pagedIds(-1 - history.viewer.conversations)
  const before = headOf(history) >> 1
  const roomPath = `/v1/rooms/${roomName(pagedRoom(history))}/messages?limit=${pageOf}`
  const conversationPath = `/v1/messages?limit=${pageOf}&with=${pagedPerson}`
  const middle = (ids: number[]) => ids.filter((id) => id < before)
  const wanted: [path: string, ids: number[]][] = [
    [roomPath, room],
    [`${roomPath}&before=${before}`, middle(room)],
    [conversationPath, conversation],
    [`${conversationPath}&before=${before}`, middle(conversation)],
  ]
  const token = server.tokens[1]
  const took: number[][] = wanted.map(() => [])
  for (let nth = -warm; nth < times; nth++)
    for (const [index, [path, ids]] of wanted.entries()) {
      const began = performance.now()
      const { messages = [] } = await get<{ messages?: { id: number }[] }>(server, path, token)
      if (nth >= 0) took[index]?.push(performance.now() - began)
      const found = messages.map(({ id }) => id)
      if (String(found) !== String(ids.slice(-pageOf)))
        throw new InvalidRun(`void: ${path} has other messages than it should`)
    }
  return Object.fromEntries(
    pageNames.map((name, index) => [`p50 ${name}`, median(took[index] as number[])]),
  )
}

async function get<T>({ port }: Server, path: string, token = ''): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  return (await response.json()) as T
}

/** The list of conversations of someone who has very many. */
export const conversations = (full: boolean): SqliteScenario => ({
  name: 'rooms-conversations',
  title:
    'the first page of `GET /v1/conversations` of a person in 200 rooms and 5,000 conversations, 5,000,000 entries',
  short: 'the first page of 5,000 conversations and 200 rooms',
  contenders: [inMost],
  people: 0,
  measure: (server) => measureConversations(server, full ? 200 : 50),
  goals: [within(25, inMost)],
  columns: [
    ['p50', 'ms p50', 1],
    ['p99', 'ms p99', 1],
  ],
})

async function measureConversations(server: Server, times: number): Promise<Sample> {
  const expected = JSON.stringify(new Audiences(mostEntries).newestConversations(pageOf))
  const took: number[] = []
  for (let nth = -warm; nth < times; nth++) {
    const began = performance.now()
    const { conversations = [] } = await get<{ conversations?: { id: string; lastId: number }[] }>(
      server,
      `/v1/conversations?limit=${pageOf}`,
      server.tokens[0],
    )
    if (nth >= 0) took.push(performance.now() - began)
    if (JSON.stringify(conversations.map(({ id, lastId }) => ({ id, lastId }))) !== expected)
      throw new InvalidRun('void: the page has other conversations than it should')
  }
  return { p50: median(took), p99: percentile(took, 0.99) }
}

const grown: OnSqlite = { ...most, name: 'grown' }
const empty: OnSqlite = { ...obrol(), name: 'empty' }

/** What a server reads of a large database before it serves. */
export const startGrown = (): SqliteScenario => ({
  name: 'rooms-start',
  title: 'start with 5,000,000 entries, 200,000 accounts, 1,000,000 memberships of rooms',
  contenders: [grown, empty],
  people: 0,
  measure: measureStart,
  goals: [
    atMost(2_000, 'ms', figure('ms', grown.name), (limit) => `≤ ${limit / 1_000} s`),
    atMost(
      60,
      'MB more',
      (round) => {
        const [own, other] = [grown, empty].map(({ name }) => round[name]?.MB)
        return own === undefined || other === undefined ? undefined : own - other
      },
      (limit) => `≤ ${limit} MB more than empty`,
    ),
  ],
  columns: [
    ['ms', 'ms', 0],
    ['MB', 'MB', 0],
  ],
})
