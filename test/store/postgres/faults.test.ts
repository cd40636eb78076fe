import t from 'tap'
import { AppendBatcher } from '../../../src/store/append-batcher.ts'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { appendMessage, draft, newBatchId, registerUser } from '../fixtures.ts'
import { openNode, shortTimeouts } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a batch whose answer was lost is retried, and appended once', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 1_000,
    })
    const ann = await registerUser(store, 'ann')
    for (const [at, then] of (['cut', 'hang', 'cut', 'hang'] as const).entries()) {
      const batch = [draft(ann, `number ${at}`)]
      const swallowed = proxy.swallow(`number ${at}`, then)
      const once = newBatchId()
      await t.rejects(store.log.append(batch, once), { name: 'OutcomeUnknown' })
      await swallowed
      t.match(await store.log.append(batch, once), [{ kind: 'appended', entry: { id: at + 1 } }])
      t.match(await store.log.append(batch, once), [{ kind: 'appended', entry: { id: at + 1 } }])
    }
    await updates.until(({ ids }) => ids.length === 4)
    t.same(updates.ids, [1, 2, 3, 4])
    const appender = new AppendBatcher(store.log)
    void proxy.swallow('through the appender', 'hang')
    t.match(await appender.append(draft(ann, 'through the appender')), { entry: { id: 5 } })
  })

  t.test('a node that is cut off says so, and goes on where it was', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), shortTimeouts)
    const other = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    await store.presence.change({ enter: [ann], leave: [] })
    await appendMessage(store, ann, 'a')
    await t.resolves(store.ping())
    t.ok(store.isUpToDate)

    for (const fault of ['refuse', 'hang'] as const) {
      proxy[fault]()
      const began = performance.now()
      await t.rejects(store.log.append([draft(ann, 'x')], newBatchId()))
      await t.rejects(store.log.bounds(), { name: 'Unavailable' })
      t.ok(performance.now() - began < 5_000, 'in time')
      await updates.until(({ transitions }) => transitions.at(-1) === 'disconnected')
      await t.rejects(store.ping(), { name: 'Unavailable' })
      t.notOk(store.isUpToDate)
      await appendMessage(other.store, ann, 'meanwhile')
      const published = updates.ids.length
      proxy.heal()
      await updates.until(({ transitions }) => transitions.at(-1) === 'reconnected')
      t.ok(updates.ids.length > published, 'all changes are published by then')
      t.ok(store.isUpToDate)
      await t.resolves(store.ping())
    }
    t.same(updates.transitions, ['disconnected', 'reconnected', 'disconnected', 'reconnected'])
    t.same(updates.sessions, [`+${ann.id}`], 'nobody left meanwhile')
    const { head } = await store.log.bounds()
    await updates.until(({ ids }) => ids.length === head)
    t.same(
      updates.ids,
      Array.from({ length: head }, (_, at) => at + 1),
    )
  })

  t.test('a draft that PostgreSQL rejects does not fail the others', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase())
    const ann = await registerUser(store, 'ann')
    const appender = new AppendBatcher(store.log)
    const texts = ['a', 'b\0', 'c', '\ud800', 'e']
    const outcomes = await Promise.allSettled(
      texts.map((text) => appender.append(draft(ann, text))),
    )
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    t.match(await store.log.bounds(), { head: 3 })
  })
}
