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

/** What each of several nodes has of the core that they share, so that it is never all taken. */
const share = 0.25
const oneHeld = obrolNodes({ name: 'one node', nodes: 1 })
const threeHeld = obrolNodes({ name: 'three nodes', nodes: 3 })

/** Where PostgreSQL cannot run, what needs it is not compared. */
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

/** What is said to one node, and read from another. */
export const nodesApart = (full: boolean): Scenario => ({
  name: 'nodes-apart',
  title: `from node to node on ${onPostgres}, 500 posts a second to 20 streams, 1,000,000 messages in the log`,
  short: 'from node to node on PostgreSQL',
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

/** Durable posts that nobody listens to: what more nodes add, and what bounds it. */
export const postsOfNodes = (full: boolean): Scenario => ({
  name: 'nodes-posts',
  title: `durable posts on ${onPostgres}, no streams, ${inFlight} in flight at each node`,
  short: 'durable posts on PostgreSQL',
  contenders: [sqlite, ...here(one, three)],
  people: inFlight,
  measure: (server) => measurePosts(server, spanOf(full)),
  goals: [
    {
      // What bounds nodes on cores of their own is PostgreSQL in the end.
      told: 'CPU in PostgreSQL ≤ half of that in the nodes',
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
 * What more nodes add where each has as much of a core as a single one: three that share one core
 * between them would tell of that core alone. Nobody bounds PostgreSQL, which has a core that it
 * shares with the load alone, so its part of that core says how far it is from being what bounds them.
 */
export const moreNodes = (full: boolean): Scenario => ({
  name: 'nodes-more',
  title: `durable posts on ${onPostgres}, each node held to a quarter of a core, ${inFlight} in flight at each`,
  short: 'the same, a quarter of a core for each node',
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

/** What the nodes' looks cost a database on which nobody does anything. */
export const idleNodes = (full: boolean): Scenario => ({
  name: 'nodes-idle',
  title: `three nodes on ${onPostgres}, with nobody there`,
  short: 'three idle nodes',
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

/** A node on PostgreSQL delivers as one on SQLite does. */
export const fanOutOfNodes = (full: boolean): Scenario => ({
  name: 'nodes-fan-out',
  title: `fan-out of 200-byte broadcasts on ${onPostgres}, 1,000 streams of one node, 64 posts in flight`,
  short: 'fan-out on PostgreSQL',
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
  // What a start leaves to be done is done by then.
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
  // Longer than elsewhere, for here it is the compiled code that counts.
  await postFor(lines, warm * 2, post)
  const held = share < 1 ? pids.map((pid) => limitCpu(pid, share)) : []
  const watches = pids.map((pid) => startWatch(pid))
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
