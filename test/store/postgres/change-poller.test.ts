import t from 'tap'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a read of what cannot be published in time fails', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const other = await openNode(t, databaseUrl)
    proxy.dropNotifications()
    const { store, updates } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 4_000,
      pollIntervalMs: 60_000,
    })
    const ann = await registerUser(other.store, 'ann')
    // A poll alone has this limit of bytes in its text.
    const swallowed = proxy.swallow('262144', 'hang', 'often')
    const poll = store.presence.list().catch((error: Error) => error.name)
    await swallowed
    await appendMessage(other.store, ann, 'hi')
    await t.rejects(store.log.bounds(), { name: 'Unavailable' })
    t.equal(await poll, 'Unavailable')
    proxy.heal()
    t.match(await store.log.bounds(), { head: 1 })
    t.same(updates.ids, [1])
  })

  t.test('an error of the listener does not count as a database that is away', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase())
    const ann = await registerUser(store, 'ann')
    const { promise: uncaught, resolve } = Promise.withResolvers<unknown>()
    process.setUncaughtExceptionCaptureCallback(resolve)
    t.teardown(() => process.setUncaughtExceptionCaptureCallback(null))
    const ignore = () => {}
    store.subscribe({
      updated: () => {
        throw new Error('a fault of ours')
      },
      diverged: ignore,
      disconnected: ignore,
      reconnected: ignore,
    })
    await appendMessage(store, ann, 'hi')
    t.match(await uncaught, { message: 'a fault of ours' })
  })
}
