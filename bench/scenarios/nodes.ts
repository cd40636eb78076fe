import { setTimeout as delay } from 'node:timers/promises'
import { openConnections, postFor } from '../load/poster.ts'
import { canLimitCpu, limitCpu } from '../machine/cpu-share.ts'
import { cpuSeconds } from '../machine/processes.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { hasPostgres, obrolNodes, onPostgres } from '../servers/nodes.ts'
import { obrol } from '../servers/obrol.ts'
import type { Contender, Server } from '../servers/server.ts'
import { inFlight, measureFanOut, type Span, spanOf } from './fan-out.ts'
import { type LatencySpan, latencyColumns, measureLatency } from './lone.ts'
import { figure, ratio, type Sample, type Scenario } from './scenario.ts'

const rows = 1_000_000
const sqlite: Contender = { ...obrol(), name: 'one node on SQLite' }
const one = obrolNodes({ name: 'one node on PostgreSQL', nodes: 1 })
const three = obrolNodes({ name: 'three nodes on PostgreSQL', nodes: 3 })
const apart = obrolNodes({ name: 'from node to node of three, long log', nodes: 3, rows })
const together = obrolNodes({ name: 'one node, long log', nodes: 1, rows })

/** Each node's share of the core, so that the core is never fully used. */
const share = 0.25
const oneHeld = obrolNodes({ name: 'one node', nodes: 1 })
const threeHeld = obrolNodes({ name: 'three nodes', nodes: 3 })

/** If PostgreSQL cannot run, its scenarios are left out. */
const here = (...contenders: Contender[]) => (hasPostgres ? contenders : [])

const postsColumns: Scenario['columns'] = [
  ['posts/s', '/s', 0],
  ['µs a post', 'µs CPU in its node', 1],
  ['µs in PostgreSQL', 'µs CPU in PostgreSQL', 1],
  ['nodes', 'of the nodes’ core', 2],
  ['database', 'of PostgreSQL’s core', 2],
  ['load', 'of it for the load', 2],
]

const spanApart = (full: boolean): LatencySpan => ({
  perSecond: 500,
  warm: 2,
  settle: 2,
  seconds: full ? 20 : 5,
})

/** Messages are posted to one node and read from another. */
export const nodesApart = (full: boolean): Scenario => ({
  name: 'nodes-apart',
  title: `from node to node on ${onPostgres}, 500 posts a second to 20 streams, 1,000,000 messages in the log`,
  contenders: [sqlite, ...here(together, apart)],
  people: 64,
  measure: (server) => measureLatency(server, 20, spanApart(full)),
  goals: [
    {
      told: 'post to receipt p50 < 30 ms',
      value: figure('p50', apart.name),
      holds: (value) => value < 30,
      unit: 'ms',
    },
    {
      told: 'post to receipt p99 < 50 ms',
      value: figure('p99', apart.name),
      holds: (value) => value < 50,
      unit: 'ms',
    },
  ],
  columns: latencyColumns,
})

/** Durable posts without streams: the gain of more nodes, and its limit. */
export const postsOfNodes = (full: boolean): Scenario => ({
  name: 'nodes-posts',
  title: `durable posts on ${onPostgres}, no streams, ${inFlight} in flight at each node`,
  contenders: [sqlite, ...here(one, three)],
  people: inFlight,
  measure: (server) => measurePosts(server, spanOf(full)),
  goals: [
    {
      // For nodes on cores of their own, PostgreSQL is the limit in the end.
      told: 'a post costs PostgreSQL at most half of what it costs a node',
      value: (round) => {
        const { 'µs a post': node, 'µs in PostgreSQL': database } = round[three.name] ?? {}
        return node === undefined || database === undefined ? undefined : database / node
      },
      holds: (value) => value <= 0.5,
    },
  ],
  columns: postsColumns,
})

/**
 * The gain of more nodes if each has as much of a core as a single one: three that share one core
 * would only measure that core. PostgreSQL is not limited. It shares a core with the load alone, so
 * its part of that core shows how far it is from being the limit.
 */
export const moreNodes = (full: boolean): Scenario => ({
  name: 'nodes-more',
  title: `durable posts on ${onPostgres}, each node held to a quarter of a core, ${inFlight} in flight at each`,
  contenders: canLimitCpu ? here(oneHeld, threeHeld) : [],
  people: inFlight,
  measure: (server) => measurePosts(server, spanOf(full), share),
  goals: [
    {
      told: 'three nodes ≥ 2 × one',
      value: ratio('posts/s', threeHeld.name, oneHeld.name),
      holds: (value) => value >= 2,
    },
  ],
  columns: postsColumns,
})

/** The cost of the nodes' polling for an idle database. */
export const idleNodes = (full: boolean): Scenario => ({
  name: 'nodes-idle',
  title: `three nodes on ${onPostgres}, with nobody there`,
  contenders: here(three),
  people: 1,
  measure: (server) => measureIdle(server, full ? 30 : 10),
  goals: [
    {
      told: 'PostgreSQL takes < 2 % of a core',
      value: figure('% of a core', three.name),
      holds: (value) => value < 2,
      unit: '%',
    },
  ],
  columns: [
    ['% of a core', '% of a core in PostgreSQL', 2],
    ['% in the nodes', '% in the nodes', 2],
  ],
})

/** Compares delivery on PostgreSQL with delivery on SQLite. */
export const fanOutOfNodes = (full: boolean): Scenario => ({
  name: 'nodes-fan-out',
  title: `fan-out of 200-byte broadcasts on ${onPostgres}, 1,000 streams of one node, 64 posts in flight`,
  contenders: [sqlite, ...here(one)],
  people: 1_000,
  measure: (server) => measureFanOut(server, 1_000, spanOf(full)),
  goals: [
    {
      told: 'cost of a delivery ≤ 1.1 × that on SQLite',
      value: ratio('µs a delivery', one.name, sqlite.name),
      holds: (value) => value <= 1.1,
    },
  ],
  columns: [
    ['deliveries/s', '/s', 0],
    ['µs a delivery', 'µs CPU', 2],
    ['load', 'of the load’s core', 2],
  ],
})

async function measureIdle(server: Server, seconds: number): Promise<Sample> {
  const { pids = [], databasePid = 0 } = server
  const taken = () => ({
    database: cpuSeconds(databasePid),
    nodes: pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
  })
  // The work after a start is done by then.
  await delay(5_000)
  const before = taken()
  await delay(seconds * 1_000)
  const after = taken()
  return {
    '% of a core': ((after.database - before.database) / seconds) * 100,
    '% in the nodes': ((after.nodes - before.nodes) / seconds) * 100,
  }
}

async function measurePosts(server: Server, { warm, measured }: Span, share = 1): Promise<Sample> {
  const { ports = [server.port], pids = [server.pid], databasePid } = server
  const opened = await Promise.all(ports.map((port) => openConnections(port, inFlight)))
  const lines = opened.flat()
  const post = (_n: number, line: number) => server.broadcast(line)
  // Longer than elsewhere, because the compiled code is measured.
  await postFor(lines, warm * 2, post)
  const held = share < 1 ? pids.map((pid) => limitCpu(pid, share)) : []
  const watches = pids.map(startWatch)
  const before = databasePid === undefined ? 0 : cpuSeconds(databasePid)
  const count = await postFor(lines, measured, post)
  const database = databasePid === undefined ? 0 : cpuSeconds(databasePid) - before
  const laps = watches.map((watch) => watch.stop())
  for (const release of held) release()
  for (const line of lines) line.close()
  const { seconds, loadShare } = laps[0] as (typeof laps)[0]
  const nodes = laps.reduce((sum, { serverCpu }) => sum + serverCpu, 0)
  return {
    'posts/s': count / seconds,
    'µs a post': (nodes * 1e6) / count,
    'µs in PostgreSQL': (database * 1e6) / count,
    nodes: nodes / seconds,
    database: database / seconds,
    load: loadShare,
  }
}
