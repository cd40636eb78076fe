import './support/system-postgres.ts'

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { cpuSeconds } from '../../bench/machine/processes.ts'
import { openCluster } from '../faults/nodes/support/cluster.ts'
import { openPostgres } from '../support/postgres.ts'
import { queryRows } from '../support/query-rows.ts'
import { medianCrossNodeLatency } from './support/cross-node-latency.ts'

const idleMs = 10_000

t.test('three nodes on PostgreSQL of the system are fast, and idle without load', async (t) => {
  const server = await openPostgres(t)
  const databaseUrl = await server.freshDatabase()
  const [{ version, jit, available } = {}] = await queryRows(
    databaseUrl,
    `SELECT current_setting('server_version') AS version, current_setting('jit') AS jit,
       pg_jit_available() AS available`,
  )
  t.equal(jit, 'on', 'compilation of statements is on by default')
  t.equal(available, true, 'and is available')

  const cluster = await openCluster(t, { databaseUrl, nodes: 3, people: ['ann'] })
  const median = await medianCrossNodeLatency(t, cluster)
  t.ok(median < 30, 'the median latency between nodes is below 30 ms')
  const before = cpuSeconds(server.pid)
  await delay(idleMs)
  const idleShare = (cpuSeconds(server.pid) - before) / (idleMs / 1_000)
  t.ok(idleShare < 0.02, 'without clients it takes less than 2 % of a core')
  t.comment(
    `PostgreSQL ${version}: ${median.toFixed(1)} ms from node to node at the median, ` +
      `${(idleShare * 100).toFixed(2)} % of a core with nobody there`,
  )
})
