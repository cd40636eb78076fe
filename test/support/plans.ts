/**
 * The plans that PostgreSQL ran, also of the statements inside its functions: `auto_explain` sends
 * them as notices, and what stands in between takes them out of the wire.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { growing } from './large-database.ts'

/** A step of a plan, in the words of EXPLAIN (FORMAT JSON). */
interface PlanNode {
  'Node Type': string
  'Total Cost': number
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Plans?: PlanNode[]
}

export interface RanPlan {
  'Query Text': string
  Plan: PlanNode
  JIT?: object
}

/** What a database needs so that its sessions tell their plans. */
export const tellingPlans = [
  "session_preload_libraries = 'auto_explain'",
  'auto_explain.log_min_duration = 0',
  'auto_explain.log_nested_statements = on',
  'auto_explain.log_format = json',
  'auto_explain.log_level = notice',
  'client_min_messages = notice',
]

export interface PlanReader {
  /** Connections to this port of 127.0.0.1 go to the server. */
  readonly port: number
  /** What ran on them so far. */
  readonly plans: RanPlan[]
}

/** Reads the plans on the way from a server, until the test is over. */
export async function readPlans(
  t: { teardown(end: () => void): void },
  target: number,
): Promise<PlanReader> {
  const plans: RanPlan[] = []
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    const read = plansIn(plans)
    server.on('data', read)
    client.pipe(server).pipe(client)
    for (const socket of [client, server]) {
      // Statements in several writes would each wait 40 ms for the one before to be acknowledged.
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        server.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return { port: (listener.address() as { port: number }).port, plans }
}

/** Messages of PostgreSQL are a type of one byte, a length and a body; notices are of type N. */
function plansIn(plans: RanPlan[]): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length > 4 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1)
      if (rest[0] === 0x4e) {
        const [, json] =
          /\0Mduration: [^\0]*?plan:\n([^\0]*)/.exec(rest.toString('utf8', 5, end)) ?? []
        if (json !== undefined) plans.push(JSON.parse(json))
      }
      rest = rest.subarray(end)
    }
  }
}

/** A plan that costs more is compiled where PostgreSQL may (`jit_above_cost`). */
const compiledAbove = 100_000

/** What is to read a whole table: all who are present, and, once after an upgrade, all names. */
const everyone =
  /FROM presence GROUP BY session_id|AS name, key FROM|WITH renamed AS|^DELETE FROM "room_skeletons"/

/** What is wrong with plans, each thing once: whole tables read, statements compiled or dear. */
export function faultsOf(plans: readonly RanPlan[]): string[] {
  const faults = plans.flatMap((plan) => {
    const { 'Query Text': text, Plan, JIT } = plan
    const tables = everyone.test(text) ? [] : scannedWhole(plan)
    return [
      ...tables.map((table) => `reads all of ${table}: ${text}`),
      ...(JIT ? [`is compiled: ${text}`] : []),
      ...(Plan['Total Cost'] > compiledAbove ? [`would be compiled: ${text}`] : []),
    ]
  })
  return [...new Set(faults)]
}

/** Steps that ask no more of the one below than is asked of them. */
const passesLimitOn = new Set([
  'Limit',
  'LockRows',
  'Nested Loop',
  'Subquery Scan',
  'Result',
  'Append',
])

/** The tables among those that grow that a plan reads from one end to the other. */
export function scannedWhole({ Plan }: RanPlan): string[] {
  const scanned: string[] = []
  const visit = (node: PlanNode, limited: boolean) => {
    const table = node['Relation Name']
    const whole =
      node['Node Type'] === 'Seq Scan' || (isIndexScan(node) && !node['Index Cond'] && !limited)
    if (table !== undefined && growing.has(table) && whole) scanned.push(table)
    const below = node['Node Type'] === 'Limit' || (limited && passesLimitOn.has(node['Node Type']))
    for (const child of node.Plans ?? []) visit(child, below)
  }
  visit(Plan, false)
  return scanned
}

function isIndexScan({ 'Node Type': type }: PlanNode): boolean {
  return type === 'Index Scan' || type === 'Index Only Scan' || type === 'Bitmap Index Scan'
}
