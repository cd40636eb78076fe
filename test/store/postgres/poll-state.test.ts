import t from 'tap'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { openPostgres, postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import {
  appendMessage,
  appendMessages,
  draft,
  hour,
  newBatchId,
  registerUser,
} from '../fixtures.ts'
import { openNode, shortTimeouts } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a restart of PostgreSQL begins an epoch, and every cursor stays valid', async (t) => {
    const server = await openPostgres(t)
    const databaseUrl = await server.freshDatabase()
    const { store, updates } = await openNode(t, databaseUrl, shortTimeouts)
    const ann = await registerUser(store, 'ann')
    await store.presence.change({ enter: [ann], leave: [] })
    await appendMessages(store, [draft(ann, 'a'), draft(ann, 'b')])
    const before = await store.log.bounds()
    await server.stop('immediate')
    await updates.until(({ transitions }) => transitions.includes('disconnected'))
    await server.start()
    await updates.until(({ transitions }) => transitions.includes('reconnected'))
    t.same(updates.transitions.filter((turn) => turn === 'diverged').length, 1)
    const bounds = await store.log.bounds()
    t.ok(bounds.epoch > before.epoch)
    t.same(updates.bounds, bounds)
    t.match(await store.log.resolveCursor({ id: 2, epoch: before.epoch }), {
      position: 2,
      reset: { reason: 'new-epoch', from: 2 },
    })
    t.match(await store.log.resolveCursor({ id: 3, epoch: before.epoch }), {
      reset: { reason: 'rewound', from: 2 },
    })
    await appendMessage(store, ann, 'c')
    t.equal(updates.ids.at(-1), 3)
    t.same(updates.sessions, [`+${ann.id}`])

    server.freeze()
    const append = store.log.append([draft(ann, 'frozen')], newBatchId())
    await t.rejects(append, { name: 'OutcomeUnknown' })
    await t.rejects(store.log.bounds(), { name: 'Unavailable' })
    server.thaw()
    await server.stop('fast')
    await t.rejects(store.sessions.find(ann.id), { name: 'Unavailable' })
  })

  t.test('a running node notices that its database was restored from a backup', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const name = databaseNameOf(databaseUrl)
    const first = await openNode(t, databaseUrl)
    const ann = await registerUser(first.store, 'ann')
    await appendMessages(
      first.store,
      ['a', 'b', 'c'].map((text) => draft(ann, text)),
    )
    await first.store.close()
    await server.copyDatabase(name, `${name}_backup`)

    const { store, updates } = await openNode(t, databaseUrl, shortTimeouts)
    await appendMessages(
      store,
      ['d', 'e', 'f'].map((text) => draft(ann, text)),
    )
    const bob = await registerUser(store, 'bob')
    await store.presence.change({ enter: [bob], leave: [] })
    const { epoch } = await store.log.bounds()
    await server.copyDatabase(`${name}_backup`, name)
    await updates.until(({ transitions }) => transitions.includes('diverged'))
    t.match(updates.bounds, { head: 3 })
    await updates.until(({ sessions }) => sessions.includes(`-${bob.id}`))
    t.match(await store.log.resolveCursor({ id: 3, epoch }), {
      position: 3,
      reset: { reason: 'new-epoch', from: 3 },
    })
    t.match(await store.log.resolveCursor({ id: 5, epoch }), {
      position: 3,
      reset: { reason: 'rewound', from: 3 },
    })
    t.equal((await appendMessage(store, ann, 'another d')).id, 4)
    t.equal(updates.ids.at(-1), 4)
    t.ok((await store.log.bounds()).epoch > epoch)
  })

  t.test('a node that is behind what was trimmed reports that the log diverged', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const here = await openNode(t, databaseUrl)
    const ann = await registerUser(here.store, 'ann')
    await appendMessage(here.store, ann, 'a')
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), {
      pollIntervalMs: 60_000,
      notificationTimeoutMs: 1,
    })
    await appendMessages(
      here.store,
      Array.from({ length: 1_200 }, () => draft(ann, 'x')),
    )
    while ((await here.store.retention.deleteExpired(Date.now() + hour)).more);
    t.match(await behind.store.log.bounds(), { oldest: 1_201, head: 1_201 })
    t.same(behind.updates.transitions, ['diverged'])
    t.same(behind.updates.ids, [])
    await appendMessage(here.store, ann, 'on')
    await behind.store.log.bounds()
    t.same(behind.updates.ids, [1_202])
  })

  t.test('a node that missed deleted changes reads all present sessions again', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
    const here = await openNode(t, databaseUrl)
    const [ann, bob] = [
      await registerUser(here.store, 'ann'),
      await registerUser(here.store, 'bob'),
    ]
    await here.store.presence.change({ enter: [ann], leave: [] })
    t.match(await behind.store.presence.list(), [{ session: ann.id }])
    await here.store.presence.change({ enter: [bob], leave: [ann.id] })
    const name = databaseNameOf(databaseUrl)
    await server.run('UPDATE changes SET at = 0', name)
    await here.store.retention.deleteExpired(undefined)
    t.match(await behind.store.presence.list(), [{ session: bob.id }])
    t.same(behind.updates.sessions, [`+${ann.id}`, `+${bob.id}`, `-${ann.id}`])
  })

  t.test('a cursor is resolved on the log as it is, not as it was at the last poll', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store, updates } = await openNode(t, databaseUrl, { pollIntervalMs: 60_000 })
    const { epoch } = await store.log.bounds()
    await server.run('VACUUM FULL entries', databaseNameOf(databaseUrl))
    const { bounds } = await store.log.resolveCursor({ id: 0, epoch })
    t.ok(bounds.epoch > epoch)
    t.same(updates.transitions, ['diverged'])
  })
}
