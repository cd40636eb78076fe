import type { Test } from 'tap'
import { crowdIn, jwtSecret, type Member } from '../../../e2e/support/crowd.ts'
import { type Nodes, type NodesOptions, openNodes } from '../../../support/nodes.ts'
import { sharedPostgres } from '../../../support/postgres.ts'
import type { Room } from '../../../support/room.ts'
import { type Answer, call, type Person } from '../../support/caller.ts'
import { within } from '../../support/deadline.ts'
import type { Door, ForEach } from '../../support/site.ts'

export interface InProcessNodes<People> {
  databaseUrl: string
  nodes: Nodes
  people: People
}

/** Starts nodes in this process, for accounts with a session each; no password is hashed. */
export async function openInProcessNodes<const Names extends readonly string[]>(
  t: Test,
  names: Names,
  { settings, ...options }: NodesOptions = {},
): Promise<InProcessNodes<ForEach<Names, Member>>> {
  const databaseUrl = options.databaseUrl ?? (await (await sharedPostgres()).freshDatabase())
  const people = (await crowdIn({ databaseUrl }, names, { present: false })) as ForEach<
    Names,
    Member
  >
  const nodes = await openNodes(t, {
    ...options,
    databaseUrl,
    settings: { jwtSecret, ...settings },
  })
  return { databaseUrl, nodes, people }
}

/** A server in this process, for a `Load` or a `Chain`. */
export function doorOf(room: Room): Door {
  return {
    get url() {
      return Promise.resolve(room.url)
    },
    call: (method, path, options) => call(room.url, method, path, options),
  }
}

export function postBroadcast(
  room: Room,
  person: Person,
  text: string,
  key?: string,
): Promise<Answer> {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
  return call(room.url, 'POST', '/v1/messages/broadcast', { person, body: { text }, headers })
}

/** Does the work for each item, for so many items at once. */
export async function runConcurrently<Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items]
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item)
  }
  await within(300_000, 'all lanes', Promise.all(Array.from({ length: lanes }, lane)))
}

export function countByText(log: readonly { text: string }[]): Map<string, number> {
  const copies = new Map<string, number>()
  for (const { text } of log) copies.set(text, (copies.get(text) ?? 0) + 1)
  return copies
}
