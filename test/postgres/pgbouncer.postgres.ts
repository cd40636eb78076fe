import './support/system-postgres.ts'

import t, { type Test } from 'tap'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openCluster } from '../faults/nodes/support/cluster.ts'
import { holdsOnNodes } from '../faults/nodes/support/holds-on-nodes.ts'
import { Load } from '../faults/support/load.ts'
import { blocksOf } from '../support/markdown.ts'
import { startPgBouncer } from '../support/pgbouncer.ts'
import { sharedPostgres } from '../support/postgres.ts'
import { medianCrossNodeLatency } from './support/cross-node-latency.ts'

/** The statements and the configuration in docs/scaling.md. */
const blocks = blocksOf('docs/scaling.md')
const documented = (start: RegExp) => blocks.find(({ text }) => start.test(text))?.text as string
const roleSettings = documented(/^ALTER ROLE/)
const configuration = documented(/^\[pgbouncer\]/)

t.test('PgBouncer by default refuses the settings that a node sends', async (t) => {
  const { url } = await behindPgBouncer(t, '[pgbouncer]')
  t.match(await refusal(url), /unsupported startup parameter: /)
})

t.test('behind a pooler a start without the settings of the role says what to set', async (t) => {
  const { url, run } = await behindPgBouncer(t, configuration)
  const message = await refusal(url)
  t.notMatch(message, /\n/)
  const remedies = message.match(/ALTER ROLE[^;]*;/g) ?? []
  t.same(remedies.join('\n').concat('\n'), roleSettings, 'the documented statements')
  await run(remedies.join(' '))
  const { url: again } = await behindPgBouncer(t, configuration, url)
  await (await open(again)).close()
})

for (const [mode, query, worstMs] of [
  ['session', '', 30],
  ['transaction', '?prepare=false', 150],
] as const)
  t.test(
    `three nodes lose and duplicate nothing through a PgBouncer in ${mode} mode`,
    async (t) => {
      const own = configuration.replace('pool_mode=session', `pool_mode=${mode}`)
      const { url, run } = await behindPgBouncer(t, own)
      await run(roleSettings)
      const databaseUrl = `${url}${query}`
      const people = ['ann', 'bob', 'cid'] as const
      const cluster = await openCluster(t, { databaseUrl, nodes: 3, people })
      const chains = cluster.openChains(t, cluster.people)
      const load = new Load(cluster.door(), { people: cluster.people, lanes: 6, directEvery: 5 })
      await load.run(300)
      const median = await medianCrossNodeLatency(t, cluster)
      t.ok(median < worstMs, `${median.toFixed(1)} ms from node to node at the median`)
      const warnings = cluster.nodes.map((node) => node.countLogEvent('store warning'))
      t.same(
        warnings,
        mode === 'session' ? [0, 0, 0] : [1, 1, 1],
        'only in session mode notifications arrive',
      )
      holdsOnNodes(t, await cluster.settle(chains), load, chains, mode)
    },
  )

t.test('a statement that a pooler does not know is prepared again', async (t) => {
  const own = configuration.replace('pool_mode=session', 'pool_mode=transaction')
  const { url, run } = await behindPgBouncer(t, own)
  await run(roleSettings)
  const store = await open(url)
  t.teardown(() => store.close())
  for (let round = 0; round < 30; round++) {
    const calls = Array.from({ length: 10 }, (_, id) => store.sessions.find(id + 1))
    await Promise.all(calls)
  }
  await t.resolves(store.ping())
})

/** Starts a PgBouncer in front of a database and a role that have the names of the documentation. */
async function behindPgBouncer(t: Test, configuration: string, before?: string) {
  const server = await sharedPostgres()
  if (!before) {
    await server.run('DROP DATABASE IF EXISTS obrol WITH (FORCE)')
    await server.run('DROP ROLE IF EXISTS obrol')
    await server.run('CREATE ROLE obrol LOGIN')
    await server.run('CREATE DATABASE obrol OWNER obrol')
  }
  const port = await startPgBouncer(t, { behind: server.port, configuration, roles: ['obrol'] })
  return {
    url: server.url('obrol', { port, user: 'obrol' }),
    run: (statements: string) => server.run(statements),
  }
}

function open(databaseUrl: string) {
  return openPostgresStore({ databaseUrl, presenceLeaseMs: 15_000, graceMs: 0, maxConnections: 3 })
}

async function refusal(databaseUrl: string): Promise<string> {
  const error = await open(databaseUrl).then(
    (store) => store.close(),
    (error: unknown) => error,
  )
  return `${(error as Error | undefined)?.message}`
}
