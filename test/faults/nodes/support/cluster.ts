/**
 * Several servers on one PostgreSQL, and clients that connect to any of them.
 *
 *     const cluster = await openCluster(t, { nodes: 3, people: ['ann', 'bob'] })
 *     const chains = cluster.openChains(t, cluster.people)     // each resumes on another node
 *     const load = new Load(cluster.door(), { people: cluster.people, lanes: 8 }).start()
 *     await cluster.nodes[0].stop('SIGKILL')                   // or freeze(), proxy.hang(), …
 *     await load.stop()
 *     holdsOnNodes(t, await cluster.settle(chains), load, chains, '')
 *
 * A node is a `Door` as well: `new Chain(cluster.nodes[1], ann)` stays at that one.
 */
import type { Test } from 'tap'
import type { Tuning } from '../../../../src/server.ts'
import { crowdIn } from '../../../e2e/support/crowd.ts'
import { sharedPostgres } from '../../../support/postgres.ts'
import { temporaryFolder } from '../../../support/room.ts'
import { openTcpProxy } from '../../../support/tcp-proxy.ts'
import type { Person } from '../../support/caller.ts'
import { Chain, type ChainOptions, readAllAgain } from '../../support/chain.ts'
import type { LogEntry } from '../../support/log-entry.ts'
import type { Door, ForEach } from '../../support/site.ts'
import { ClusterNode } from './cluster-node.ts'
import { LoadBalancer } from './load-balancer.ts'
import { readLog } from './read-log.ts'

export interface ClusterOptions<People extends readonly string[]> {
  /** Default: a new database of the shared server. */
  databaseUrl?: string
  /** Default 3. */
  nodes?: number
  /** Whether each node has its own `TcpProxy` in front of the database. */
  proxied?: boolean
  /** Whether nodes run in this process, which is cheap. They cannot be killed or frozen then. */
  inProcess?: boolean | ((at: number) => boolean)
  /** Settings of every node. */
  env?: Record<string, string>
  /** Internal bounds of every node. */
  tuning?: Tuning
  /** Usernames of accounts with a session each, created without hashing a password. */
  people: People
}

/** Starts nodes, which are killed after the test. */
export async function openCluster<const People extends readonly string[]>(
  t: Test,
  options: ClusterOptions<People>,
): Promise<Cluster<ForEach<People, Person>>> {
  const databaseUrl = options.databaseUrl ?? (await (await sharedPostgres()).freshDatabase())
  const people = (await crowdIn({ databaseUrl }, options.people, {
    present: false,
    graceMs: 0,
  })) as readonly Person[] as ForEach<People, Person>
  const folder = await temporaryFolder(t)
  const { nodes: count = 3, proxied = false, inProcess = false, env, tuning } = options
  const nodes: ClusterNode[] = []
  for (let at = 0; at < count; at++) {
    const port = Number(new URL(databaseUrl).port)
    const proxy = proxied ? await openTcpProxy(t, port) : undefined
    const isHere = typeof inProcess === 'function' ? inProcess(at) : inProcess
    const node = { folder, databaseUrl, proxy, env, tuning, inProcess: isHere }
    nodes.push(new ClusterNode(node))
  }
  t.teardown(() => Promise.all(nodes.map((node) => node.stop('SIGKILL').catch(() => {}))))
  await Promise.all(nodes.map((node) => node.start()))
  return new Cluster(databaseUrl, nodes, people)
}

export class Cluster<People extends readonly Person[] = readonly Person[]> {
  /** Without any proxy. */
  readonly databaseUrl: string
  readonly nodes: readonly ClusterNode[]
  readonly people: People

  constructor(databaseUrl: string, nodes: readonly ClusterNode[], people: People) {
    this.databaseUrl = databaseUrl
    this.nodes = nodes
    this.people = people
  }

  /** @param at from 0 */
  node(at: number): ClusterNode {
    return this.nodes[at] as ClusterNode
  }

  /**
   * A load balancer, as one client sees it.
   *
   * @param first the index of the node of the first connection; default: any
   */
  door(first?: number): Door {
    return new LoadBalancer(this.nodes, first)
  }

  /**
   * Opens a chain for each person, on the nodes in turn, and closes it after the test. Each reconnects
   * to another node.
   */
  openChains<const Some extends readonly Person[]>(
    t: Test,
    people: Some,
    options?: ChainOptions,
  ): ForEach<Some, Chain> {
    const { length } = this.nodes
    const chains = people.map((person, at) =>
      new Chain(this.door(at % length), person, options).open(),
    )
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
    return chains as ForEach<Some, Chain>
  }

  log(): Promise<LogEntry[]> {
    return readLog(this.databaseUrl)
  }

  /**
   * Waits until each chain is at the log's head, closes them and kills the nodes.
   *
   * @returns the log
   *
   * @param databaseUrl of the log, if that is another by now
   */
  async settle(chains: readonly Chain[], databaseUrl = this.databaseUrl): Promise<LogEntry[]> {
    const log = await readLog(databaseUrl)
    const head = log.at(-1)?.id ?? 0
    await Promise.all(chains.map((chain) => chain.reach(head)))
    await readAllAgain(chains, head)
    await Promise.all(chains.map((chain) => chain.close()))
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL').catch(() => {})))
    return log
  }
}
