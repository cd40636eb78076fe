import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { crowdIn, jwtSecret, type Member } from '../../e2e/support/crowd.ts'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openRoom, type Room } from '../../support/room.ts'
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { gaps, words } from '../support/books.ts'
import { Chain, readAllAgain } from '../support/chain.ts'
import { full, within } from '../support/deadline.ts'
import { Load } from '../support/load.ts'
import { holdsOnNodes } from './support/holds-on-nodes.ts'
import { countByText, doorOf, postBroadcast } from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const cuts = full ? 200 : 10
const hangs = full ? 50 : 3
const unknowns = full ? 20 : 2
/** How long a node waits for an answer, and how long it retries after a lost one, in ms. */
const queryTimeoutMs = 600
const retryMs = 1_000
t.setTimeout(full ? 400_000 : 60_000)

/** Text that only an append sends. */
const append = '"text":"message'
/** What makes a room, a membership or a change of a message final. */
const commit = 'COMMIT'

interface ProxiedSetup {
  databaseUrl: string
  /** Reaches the database through the proxy. */
  room: Room
  proxy: TcpProxy
  people: Member[]
  /** Readers on another node, which reaches the database directly. */
  chains: Chain[]
}

if (postgresRuns) {
  t.test('the outcome of an append is found out when its answer is lost', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const people = await crowdIn({ databaseUrl }, ['ann', 'bob', 'cid'], { present: false })
    const proxy = await openTcpProxy(t, server.port)
    const settings = { jwtSecret, heartbeatMs: 300 }
    const tampered = { queryTimeoutMs, maxConnections: 4 }
    const room = await openRoom(t, {
      settings: { ...settings, databaseUrl: urlVia(databaseUrl, proxy) },
      tuning: { unknownOutcomeRetryMs: retryMs, postgres: tampered },
    })
    const other = await openRoom(t, { settings: { ...settings, databaseUrl } })
    const chains = people.map((person) => new Chain(doorOf(other), person).open())
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))

    const site: ProxiedSetup = { databaseUrl, room, proxy, people, chains }
    const load = await underLoad(t, site)
    await outOfReach(t, site, load)
    for (const chain of chains) await chain.close()
    t.ok(load.acts.length > cuts + hangs)
  })
}

/** Answers are lost, but the database can be reached: the node finds out every outcome. */
async function underLoad(t: Test, { databaseUrl, room, proxy, people, chains }: ProxiedSetup) {
  const load = new Load(doorOf(room), { people, lanes: 8, directEvery: 5, keylessEvery: 2 }).start()
  for (let time = 0; time < cuts + hangs; time++) {
    const about = time % 3 === 2 ? commit : append
    const caught = proxy.swallow(about, time < cuts ? 'cut' : 'hang')
    await within(10_000, about, caught)
    // One that is asked for again must not be caught again.
    const waiting = [...load.inFlight]
    await load.until(() => !waiting.some((act) => load.inFlight.has(act)), 'all to be answered')
    await load.more(5)
  }
  await load.stop()
  const log = await readLog(databaseUrl)
  await Promise.all(chains.map((chain) => chain.reach(log.length)))
  await readAllAgain(chains, log.length)
  holdsOnNodes(t, log, load, chains, words({ cuts, hangs }))
  // A 503 because of the load of this machine is fine: `holdsOnNodes` checks that its post is not in the log.
  const outcomes = load.acts
    .filter(({ mark }) => mark === undefined)
    .flatMap((post) => post.outcomes)
  const others = outcomes.filter((outcome) => !/^[24]|^503 unavail/.test(outcome))
  t.same(others, [], 'every post was answered with its outcome')
  return load
}

/** An answer is lost, and the database cannot be reached after that: the outcome stays unknown. */
async function outOfReach(
  t: Test,
  { databaseUrl, room, proxy, people, chains }: ProxiedSetup,
  load: Load,
) {
  const [ann] = people as [Member]
  const before = (await readLog(databaseUrl)).length
  const waits: number[] = []
  for (let time = 0; time < unknowns; time++) {
    const text = `message out of reach ${time}`
    const key = time % 2 === 0 ? `out-of-reach-${time}` : undefined
    const caught = proxy.swallow(append, 'hang').then(() => proxy.hang())
    const since = performance.now()
    const [{ status, body }] = await Promise.all([postBroadcast(room, ann, text, key), caught])
    waits.push(performance.now() - since)
    t.match({ status, body }, { status: 503, body: { type: '/problems/outcome-unknown' } })
    proxy.heal()
    if (key === undefined) continue
    const { headers, body: again } = await retryUntilKnown(room, ann, text, key)
    t.equal(
      headers['idempotent-replayed'],
      'true',
      'it had been appended, and is not appended again',
    )
    t.match(again, { id: before + time + 1, text })
  }
  await retryUntilKnown(room, ann, 'message of the end', 'end')
  const log = await readLog(databaseUrl)
  t.same(gaps(log), [])
  const copies = countByText(log.slice(before))
  t.same([...copies.values()], Array(unknowns + 1).fill(1), 'each is in the log once')
  await Promise.all(chains.map((chain) => chain.reach(log.length)))
  await readAllAgain(chains, log.length)
  const longest = Math.round(Math.max(...waits))
  const aside = { 'answered outcome-unknown': unknowns, 'after at most (ms)': longest }
  holdsOnNodes(t, log, load, chains, words(aside))
}

async function retryUntilKnown(room: Room, person: Member, text: string, key: string) {
  const until = Date.now() + 20_000
  for (;;) {
    const answer = await postBroadcast(room, person, text, key)
    if (answer.status === 201) return answer
    if (Date.now() > until) throw new Error(`not answered with 201: ${answer.status}`)
    await delay(20)
  }
}
