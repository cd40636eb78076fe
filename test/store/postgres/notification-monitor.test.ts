import postgres from 'postgres'
import t from 'tap'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { appendMessage, appendMessages, draft, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a lost notification costs time, never data', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const warnings: string[] = []
    const { promise: warned, resolve } = Promise.withResolvers<void>()
    const unnotified = await openNode(t, urlVia(databaseUrl, proxy), {
      notificationTimeoutMs: 50,
      presenceLeaseMs: 1_000,
      pollIntervalMs: 60_000,
      fallbackPollIntervalMs: 20,
      onWarning(warning) {
        warnings.push(warning)
        resolve()
      },
    })
    await warned
    t.match(warnings, [/pooler/])
    await unnotified.store.log.bounds()
    await unnotified.store.presence.list()
    const other = await openNode(t, databaseUrl)
    const ann = await registerUser(other.store, 'ann')
    await appendMessages(other.store, [draft(ann, 'a'), draft(ann, 'b')])
    await unnotified.updates.until(({ ids }) => ids.length === 2)
    t.equal(warnings.length, 1)
  })

  t.test('a busy pool does not count as lost notifications', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const warnings: string[] = []
    const { store } = await openNode(t, databaseUrl, {
      maxConnections: 1,
      presenceLeaseMs: 1_000,
      notificationTimeoutMs: 300,
      onWarning: (warning) => warnings.push(warning),
    })
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE`
      const busy = store.accounts.credentials('ann')
      await sql`SELECT pg_sleep(1)`
      await sql`COMMIT`
      await busy
    })
    await store.ping()
    t.same(warnings, [])
  })

  t.test('a connection that could not listen is not polled through', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const warnings: string[] = []
    const here = await openNode(t, urlVia(databaseUrl, proxy), {
      presenceLeaseMs: 1_000,
      pollIntervalMs: 50,
      onWarning: (warning) => warnings.push(warning),
    })
    const other = await openNode(t, databaseUrl, { presenceLeaseMs: 600_000 })
    const ann = await registerUser(other.store, 'ann')
    proxy.spoil('LISTEN obrol')
    proxy.cut()
    await appendMessage(other.store, ann, 'a')
    await here.updates.until(({ ids }) => ids.length === 1)

    // It notifies itself three times a second, and warns if one is not received within a second.
    const listener = postgres(databaseUrl, { max: 1 })
    t.teardown(() => listener.end())
    const { promise: probedOften, resolve } = Promise.withResolvers<void>()
    let notifications = 0
    await listener.listen('obrol', () => {
      notifications += 1
      if (notifications === 6) resolve()
    })
    await probedOften
    t.same(warnings, [])
  })
}
