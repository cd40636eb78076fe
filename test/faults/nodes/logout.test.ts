import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { sessionsOf } from '../../e2e/support/crowd.ts'
import { EventReader } from '../../support/event-reader.ts'
import { postgresRuns } from '../../support/postgres.ts'
import type { Room } from '../../support/room.ts'
import { words } from '../support/books.ts'
import { call, type Person } from '../support/caller.ts'
import { full } from '../support/deadline.ts'
import { openInProcessNodes, postBroadcast, runConcurrently } from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const logouts = full ? 1_000 : 40
/** One session in so many has a stream on the other node. */
const streamEvery = full ? 10 : 5
t.setTimeout(full ? 300_000 : 60_000)

if (postgresRuns) {
  t.test('after a logout on one node nothing is accepted on another', async (t) => {
    const names = Array.from({ length: Math.ceil(logouts / 50) }, (_, at) => `ann${at}`)
    const { databaseUrl, nodes, people } = await openInProcessNodes(t, names)
    const [here, there] = nodes.servers as [Room, Room]
    // 50 for each account, which is below the limit.
    const opened = people.map((person) => sessionsOf({ databaseUrl }, person, 50))
    const sessions = (await Promise.all(opened)).flat().slice(0, logouts)
    const took: number[] = []
    const figures = { logouts, accepted: 0, 'said before': 0 }

    await runConcurrently(8, [...sessions.entries()], async ([number, session]) => {
      // So the other node has the session in its cache.
      const before = await postBroadcast(there, session, `before ${number}`)
      t.equal(before.status, 201)
      figures['said before']++
      const stream =
        number % streamEvery === 0
          ? await EventReader.open({ url: there.url, token: session.token })
          : undefined
      await stream?.next('ready')
      const { status } = await call(here.url, 'POST', '/v1/logout', { person: session })
      const since = performance.now()
      if (status !== 204) t.fail(`logout: ${status}`)
      const after = await postBroadcast(there, session, `after ${number}`)
      if (after.status !== 401) figures.accepted++
      const keyed = await postBroadcast(there, session, `after ${number}`, 'again')
      if (keyed.status !== 401) figures.accepted++
      await stream?.next('bye', ({ reason }) => reason === 'logged-out')
      await untilReadsAreRefused(there, session)
      took.push(performance.now() - since)
    })

    t.equal(figures.accepted, 0, 'none was accepted')
    const log = await readLog(databaseUrl)
    t.same(
      log.filter(({ text }) => text.startsWith('after')),
      [],
      'none is in the log',
    )
    const worst = Math.round(Math.max(...took))
    t.comment(words({ ...figures, 'reads and streams ended within (ms)': worst }))
    if (full) t.ok(worst < 1_000, `reads and streams elsewhere ended within ${worst} ms`)
  })
}

async function untilReadsAreRefused({ url }: Room, person: Person): Promise<void> {
  const until = Date.now() + 10_000
  while ((await call(url, 'GET', '/v1/me', { person })).status !== 401) {
    if (Date.now() > until) throw new Error('a session that ended can still read')
    await delay(5)
  }
}
