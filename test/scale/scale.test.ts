/**
 * Every endpoint on a database that has grown, beside a small one in the same run, on both stores,
 * and the plans of every statement there. `OBROL_SCALE=reduced` makes it a matter of seconds, which
 * tell of plans and not of time.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Passwords } from '../../src/chat/passwords.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { dataFiles } from '../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { everyCall } from '../store/every-call.ts'
import { databaseNameOf, urlVia } from '../support/database-url.ts'
import { growSqlite, growthOfPostgres, type Size } from '../support/large-database.ts'
import { faultsOf, readPlans, tellingPlans } from '../support/plans.ts'
import { openPostgres, postgresRuns } from '../support/postgres.ts'
import { scansOfSqlite } from '../support/sqlite-plans.ts'
import { calls, password, type Target } from './calls.ts'
import { type RunningServer, startServer } from './servers.ts'

const reduced = process.env.OBROL_SCALE === 'reduced'

const small: Size = { messages: 20_000, accounts: 1_000, sessions: 500, present: 200, keys: 100 }
const large: Size = reduced
  ? { messages: 100_000, accounts: 20_000, sessions: 5_000, present: 2_000, keys: 700 }
  : { messages: 5_000_000, accounts: 200_000, sessions: 50_000, present: 2_000, keys: 14_400 }

/** A call may take about twice what it takes on the small database, and so much more, in ms. */
const mostTimes = 2.5
const mostMs = 1.5

const passwordHash = await new Passwords().hash(password, ['127.0.0.1'])

t.test('SQLite', async (t) => {
  const targets = []
  for (const size of [small, large]) {
    const folder = mkdtempSync(join(tmpdir(), 'obrol-scale-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    await (await openSqliteStore({ folder, onFatal: () => {} })).close()
    growSqlite(dataFiles(folder).database, size, passwordHash)
    targets.push({ size, where: { DATA_DIR: folder } })
  }
  await measure(t, 'SQLite', targets)
  const { database } = dataFiles((targets[1] as (typeof targets)[1]).where.DATA_DIR)
  t.same(scansOfSqlite(database).scans, [], 'no statement reads a whole table')
})

t.test('PostgreSQL', async (t) => {
  if (!postgresRuns) return t.pass('it does not run here')
  const server = await openPostgres(t, {
    durable: true,
    settings: ['shared_buffers=1GB', 'max_wal_size=4GB', 'max_connections=100'],
  })
  const targets: { size: Size; name: string; where: { DATABASE_URL: string } }[] = []
  for (const size of [small, large]) {
    const DATABASE_URL = await server.freshDatabase()
    const name = databaseNameOf(DATABASE_URL)
    await server.run(growthOfPostgres(size, passwordHash), name)
    targets.push({ size, name, where: { DATABASE_URL } })
  }
  const [, grown] = targets as [unknown, (typeof targets)[1]]
  t.same(await faultsOn(t, server.port, grown), [], 'where nothing is known of the tables')
  for (const { name } of targets) await server.run('VACUUM ANALYZE', name)
  await server.run('CHECKPOINT')
  await measure(t, 'PostgreSQL', targets)
  t.same(await faultsOn(t, server.port, grown), [], 'where all is known of them')

  async function faultsOn(t: Test, port: number, { name, where }: (typeof targets)[1]) {
    for (const setting of tellingPlans) await server.run(`ALTER DATABASE ${name} SET ${setting}`)
    const reader = await readPlans(t, port)
    const store = await openPostgresStore({
      databaseUrl: urlVia(where.DATABASE_URL, reader),
      presenceLeaseMs: 15_000,
      graceMs: 0,
      maxConnections: 1,
    })
    const run = process.hrtime.bigint()
    for (let round = 1; round <= 8; round++)
      await everyCall(store, Number(run % 1_000_000_000n) + round)
    await store.close()
    await server.run(`ALTER DATABASE ${name} RESET ALL`)
    return faultsOf(reader.plans)
  }
})

interface Figures {
  name: string
  times: { p50: number; p99: number }[]
}

/** Makes every call on both in turn, so that a mood of the machine falls on both. */
async function measure(
  t: Test,
  store: string,
  targets: { size: Size; where: NodeJS.ProcessEnv }[],
): Promise<void> {
  const servers: RunningServer[] = []
  for (const { where } of targets) {
    const server = await startServer(where)
    t.teardown(() => server.stop())
    servers.push(server)
  }
  const figures: Figures[] = [
    {
      name: 'start',
      times: servers.map(({ startedInMs }) => ({ p50: startedInMs, p99: startedInMs })),
    },
  ]
  for (const { name, times, make } of calls) {
    const made = []
    for (const [at, { url }] of servers.entries()) {
      made.push(await make({ url, size: targets[at]?.size } as Target))
    }
    const took: number[][] = made.map(() => [])
    const rounds = reduced ? 3 : times
    // What comes first warms caches, which stay warm where people talk.
    for (let nth = -2; nth < rounds; nth++) {
      for (const [at, ask] of made.entries()) {
        const begun = performance.now()
        await ask()
        if (nth >= 0) took[at]?.push(performance.now() - begun)
      }
    }
    figures.push({
      name,
      times: took.map((all) => ({ p50: share(all, 0.5), p99: share(all, 0.99) })),
    })
  }
  process.stderr.write(
    table(
      store,
      targets.map(({ size }) => size),
      figures,
    ),
  )
  if (reduced) return
  for (const { name, times } of figures.slice(1)) {
    const [few, many] = times.map(({ p50 }) => p50) as [number, number]
    t.ok(many <= few * mostTimes + mostMs, `${name}: ${ms(many)} ms, of the small ${ms(few)} ms`)
  }
}

function share(all: number[], part: number): number {
  const sorted = all.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

function table(store: string, sizes: Size[], figures: Figures[]): string {
  const [few, many] = sizes.map(({ messages }) => messages.toLocaleString('en'))
  const rows = figures.map(({ name, times }) => {
    const [one, other] = times as [Figures['times'][0], Figures['times'][0]]
    const factor = (other.p50 / one.p50).toFixed(1)
    return `| ${name} | ${ms(one.p50)} | ${ms(one.p99)} | ${ms(other.p50)} | ${ms(other.p99)} | ${factor} × |`
  })
  return `
| ${store}, in ms | ${few} messages: p50 | p99 | ${many} messages: p50 | p99 | p50 to p50 |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

`
}

function ms(time: number): string {
  return time.toFixed(time < 10 ? 2 : time < 100 ? 1 : 0)
}
