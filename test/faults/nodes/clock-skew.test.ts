import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { crowdIn, jwtSecret } from '../../e2e/support/crowd.ts'
import { compiledMain } from '../../support/compiled.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openRoom, temporaryFolder } from '../../support/room.ts'
import { words } from '../support/books.ts'
import { call, type Person } from '../support/caller.ts'
import { Chain, readAllAgain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { CommandProcess } from '../support/process.ts'
import type { Door } from '../support/site.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'
import { countByText, doorOf, runConcurrently } from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const hourMs = 3_600_000
const leaseMs = 1_000
const graceMs = 500
/** By how much the clocks of the other nodes are off. Each is a process, which is slow to start. */
const offByMs = full ? [hourMs, -hourMs] : [hourMs]
const posts = full ? 1_000 : 60
const keys = full ? 300 : 20
t.setTimeout(full ? 200_000 : 60_000)

const shifted = fileURLToPath(new URL('./support/shifted-clock.ts', import.meta.url))

if (postgresRuns) {
  t.test('a node whose clock is an hour off behaves like the others', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const who = ['ann', 'bob', 'cid', 'dan'] as const
    const people = await crowdIn({ databaseUrl }, who, { present: false, ttlMs: hourMs / 2 })
    const right = await openRoom(t, {
      settings: {
        databaseUrl,
        jwtSecret,
        presenceLeaseMs: leaseMs,
        presenceGraceMs: graceMs,
        heartbeatMs: 500,
      },
    })
    const wrong = await Promise.all(offByMs.map((byMs) => openShifted(t, databaseUrl, byMs)))
    const doors = [doorOf(right), ...wrong]
    const dan = people.at(-1) as Person
    const chains = doors.map((door, at) => new Chain(door, people[at] as Person).open())
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
    const everyone = () => chains.every(({ online }) => online.size >= doors.length)
    await Promise.all(chains.map((chain) => chain.until(everyone, 'everyone to see everyone')))

    const began = Date.now()
    const load = new Load(inTurn(doors), { people, lanes: 6, directEvery: 5 })
    await load.run(posts)
    await sameKeyOnAll(t, doors, dan)
    // Leases and graces run by the database's clock.
    await delay(2 * leaseMs)
    for (const { presence } of chains) {
      const left = presence.flatMap((event) => event.left)
      t.same(left, [], 'nobody left')
    }
    for (const door of doors) await entersAndLeaves(door, dan, chains)

    const log = await readLog(databaseUrl)
    await Promise.all(chains.map((chain) => chain.reach(log.length)))
    const keyed = countByText(log.filter(({ text }) => text.startsWith('with key')))
    t.same([...keyed.values()], Array(keys).fill(1), 'each is in the log once')
    await timesAscend(t, doors, dan, { from: began, to: Date.now() })
    await readAllAgain(chains, log.length)
    const aside = { 'nodes off by an hour': wrong.length, keys, 'in the log': log.length }
    holdsOnNodes(t, log, load, chains, words(aside))
    for (const { resets, newEpochs } of chains) {
      t.same([resets, newEpochs], [[], []], 'no cursor was refused')
    }
  })
}

/** Starts a server process whose clock is off. */
async function openShifted(t: Test, databaseUrl: string, byMs: number): Promise<Door> {
  const server = new CommandProcess({
    folder: await temporaryFolder(t),
    args: ['--import', shifted, compiledMain, 'serve'],
    env: {
      DATABASE_URL: databaseUrl,
      JWT_SECRET: jwtSecret,
      PRESENCE_LEASE_MS: `${leaseMs}`,
      PRESENCE_GRACE_MS: `${graceMs}`,
      SHIFT_MS: `${byMs}`,
    },
  })
  t.teardown(() => server.end('SIGKILL'))
  const url = await server.listening()
  const loggedAt = (JSON.parse(server.stdout.split('\n', 1)[0] as string) as { time: number }).time
  t.ok(Math.abs(loggedAt - byMs - Date.now()) < hourMs / 2, 'its clock is off')
  return {
    url: Promise.resolve(url),
    call: (method, path, options) => call(url, method, path, options),
  }
}

/** Each call goes to the next door. */
function inTurn(doors: readonly Door[]): Door {
  let turn = 0
  const next = () => doors[turn++ % doors.length] as Door
  return {
    get url() {
      return next().url
    },
    call: (method, path, options) => next().call(method, path, options),
  }
}

/** One key on all nodes at once is one message. */
async function sameKeyOnAll(t: Test, doors: readonly Door[], person: Person): Promise<void> {
  await runConcurrently(4, [...Array(keys).keys()], async (number) => {
    const body = { text: `with key ${number}` }
    const headers = { 'idempotency-key': `shared-${number}` }
    const options = { person, body, headers }
    const answers = await Promise.all(
      doors.map((door) => door.call('POST', '/v1/messages/broadcast', options)),
    )
    const ids = new Set(answers.map((answer) => answer.body.id))
    const replays = answers.filter((answer) => answer.headers['idempotent-replayed'])
    const found = { statuses: answers.map(({ status }) => status), ids: ids.size }
    const due = { statuses: doors.map(() => 201), ids: 1 }
    t.same({ ...found, replays: replays.length }, { ...due, replays: doors.length - 1 })
  })
}

/** A person enters by a door, and leaves when the grace is over: all chains receive both. */
async function entersAndLeaves(
  door: Door,
  person: Person,
  chains: readonly Chain[],
): Promise<void> {
  const { username } = person
  const visit = new Chain(door, person).open()
  await Promise.all(
    chains.map((chain) => chain.until(() => chain.online.has(username), `${username} to come`)),
  )
  await visit.close()
  await Promise.all(
    chains.map((chain) => chain.until(() => !chain.online.has(username), `${username} to leave`)),
  )
}

/** Every node returns the same messages, whose times ascend and are right. */
async function timesAscend(
  t: Test,
  doors: readonly Door[],
  person: Person,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const pages = await Promise.all(
    doors.map((door) => door.call('GET', '/v1/messages?after=0&limit=200', { person })),
  )
  const [page] = pages.map(({ body }) => body)
  for (const { body } of pages) t.same(body, page)
  const times = page.messages.map(({ sentAt }: { sentAt: string }) => Date.parse(sentAt))
  t.same(times, times.toSorted(), 'times ascend with ids')
  t.ok(times[0] >= from && times.at(-1) <= to, 'and are right')
}
