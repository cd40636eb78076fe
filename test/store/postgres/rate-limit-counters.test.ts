import t from 'tap'
import { databaseNameOf } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { hour } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('all nodes share one count', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const [one, other] = [here.store.counters, there.store.counters]
    if (!one || !other) throw new Error('there are no counters')
    const allowance = { limit: 2, windowMs: hour }
    t.same(await one.increment('ann', allowance), { counted: true })
    t.same(await other.increment('ann', allowance), { counted: true })
    const refused = await one.increment('ann', allowance)
    t.match(refused, { counted: false })
    if (!refused.counted) t.ok(refused.retryAfterMs > hour - 60_000 && refused.retryAfterMs <= hour)
    await other.decrement('ann')
    t.same(await one.increment('ann', allowance), { counted: true })
    await one.increment('bob', { limit: 1, windowMs: 0 })
    t.same(
      await one.increment('bob', { limit: 1, windowMs: 0 }),
      { counted: true },
      'its window is over',
    )
    t.match(await here.store.retention.deleteExpired(undefined), { more: false })
  })

  t.test('a clock that is set back makes no window longer', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const { counters: counts } = store
    if (!counts) throw new Error('there are no counters')
    const allowance = { limit: 1, windowMs: 60_000 }
    const database = databaseNameOf(databaseUrl)
    const setBack = (ms: number) =>
      server.run(`UPDATE counts SET ends_at = ends_at + ${ms}`, database)
    t.same(await counts.increment('ann', allowance), { counted: true })
    await setBack(30_000)
    const refused = await counts.increment('ann', allowance)
    t.match(refused, { counted: false, retryAfterMs: 60_000 }, 'at most the length of the window')
    await setBack(3_600_000)
    t.same(
      await counts.increment('ann', allowance),
      { counted: true },
      'the window of the old clock is over',
    )
    t.match(await counts.increment('ann', allowance), { counted: false })
  })
}
