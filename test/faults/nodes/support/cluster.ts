/**
 * Several server processes on one PostgreSQL, and clients who come in by any of them.
 *
 *     const cluster = await openCluster(t, { nodes: 3, people: ['ann', 'bob'] })
 *     const chains = cluster.openChains(t, cluster.people)     // each resumes on another node
 *     const load = new Load(cluster.door(), { people: cluster.people, lanes: 8 }).start()
 *     await cluster.nodes[0].stop('SIGKILL')                   // or freeze(), proxy.hang(), …
 *     await load.stop()
 *     holds(t, await cluster.settle(chains), load, chains, '')
 *
 * A node is a `Door`, too: `new Chain(cluster.nodes[1], ann)` stays at that one.
 */
import type { Test } from 'tap'
import type { Tuning } from '../../../../src/server.ts'
import { sharedPostgres } from '../../../support/postgres.ts'
import { temporaryFolder } from '../../../support/room.ts'
import { openTcpProxy } from '../../../support/tcp-proxy.ts'
import type { Person } from '../../support/caller.ts'
import { Chain, type ChainOptions, type Received } from '../../support/chain.ts'
import type { Door, ForEach } from '../../support/site.ts'
import { ClusterNode } from './cluster-node.ts'
import { LoadBalancer } from './load-balancer.ts'
import { readLog } from './read-log.ts'
import { registerUsers } from './register-users.ts'

export interface ClusterOptions<People extends readonly string[]> {
  /** Default: a fresh one of the server that the whole test process shares. */
  databaseUrl?: string
  /** How many; default 3. */
  nodes?: number
  /** Whether each node reaches the database by a `TcpProxy` of its own; default: directly. */
  proxied?: boolean
  /** Whether the nodes run in this process: that costs little; they cannot be killed or frozen. */
  inProcess?: boolean
  /** Settings of every node. */
  env?: Record<string, string>
  /** Bounds of the inside of every node; see Tuning in src/server.ts. */
  tuning?: Tuning
  /** Usernames of people with a session each, made without a password. */
  people: People
}

/** Nodes that run when this resolves, and are killed after the test. */
export async function openCluster<const People extends readonly string[]>(
  t: Test,
  options: ClusterOptions<People>,
): Promise<Cluster<ForEach<People, Person>>> {
  const databaseUrl = options.databaseUrl ?? (await (await sharedPostgres()).freshDatabase())
  const people = (await registerUsers(databaseUrl, options.people)) as ForEach<People, Person>
  const folder = await temporaryFolder(t)
  const { nodes: count = 3, proxied = false, inProcess = false, env, tuning } = options
  const nodes: ClusterNode[] = []
  for (let at = 0; at < count; at++) {
    const port = Number(new URL(databaseUrl).port)
    const proxy = proxied ? await openTcpProxy(t, port) : undefined
    nodes.push(new ClusterNode({ folder, databaseUrl, proxy, env, tuning, inProcess }))
  }
  t.teardown(() => Promise.all(nodes.map((node) => node.stop('SIGKILL').catch(() => {}))))
  await Promise.all(nodes.map((node) => node.start()))
  return new Cluster(databaseUrl, nodes, people)
}

export class Cluster<People extends readonly Person[] = readonly Person[]> {
  /** The database itself, past any proxy. */
  readonly databaseUrl: string
  readonly nodes: readonly ClusterNode[]
  readonly people: People

  constructor(databaseUrl: string, nodes: readonly ClusterNode[], people: People) {
    this.databaseUrl = databaseUrl
    this.nodes = nodes
    this.people = people
  }

  /** A node by its place, from 0. */
  node(at: number): ClusterNode {
    return this.nodes[at] as ClusterNode
  }

  /**
   * The way of one client to any node that is open: each time by another one than the time before,
   * where there is another.
   *
   * @param first the place of the node that it begins at; default: any
   */
  door(first?: number): Door {
    return new LoadBalancer(this.nodes, first)
  }

  /**
   * Opens a chain for each person, one on each node in turn, closed after the test. Each resumes
   * on another node than it left.
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

  /** The whole log, as the database has it. */
  log(): Promise<Received[]> {
    return readLog(this.databaseUrl)
  }

  /**
   * Brings each chain to the log's head, closes them, kills the nodes and answers the log.
   *
   * @param databaseUrl where the log is, if it is no longer where it was
   */
  async settle(chains: readonly Chain[], databaseUrl = this.databaseUrl): Promise<Received[]> {
    const log = await readLog(databaseUrl)
    const head = log.at(-1)?.id ?? 0
    await Promise.all(chains.map((chain) => chain.reach(head)))
    await Promise.all(chains.map((chain) => chain.close()))
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL').catch(() => {})))
    return log
  }
}
