import type { Test } from 'tap'
import type { Person } from './caller.ts'
import { Chain, type ChainOptions, readAllAgain } from './chain.ts'
import { logIn } from './log.ts'
import type { LogEntry } from './log-entry.ts'
import type { ForEach, Site } from './site.ts'

/** Opens a chain for each person, closed after the test. */
export function openChains<const People extends readonly Person[]>(
  t: Test,
  site: Site,
  people: People,
  options?: ChainOptions,
): ForEach<People, Chain> {
  const chains = people.map((person) => new Chain(site, person, options).open())
  t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
  return chains as ForEach<People, Chain>
}

/** Resolves once each chain has everything that is in the log now; answers the newest id. */
export async function allAtHead(site: Site, chains: readonly Chain[]): Promise<number> {
  const [first] = chains as [Chain]
  const head = await site.head(first.person)
  await Promise.all(chains.map((chain) => chain.reach(head)))
  return head
}

/** Brings each chain to the head, closes them all, stops the server and answers the whole log. */
export async function settle(site: Site, chains: readonly Chain[]): Promise<LogEntry[]> {
  await readAllAgain(chains, await allAtHead(site, chains))
  await Promise.all(chains.map((chain) => chain.close()))
  await site.stop()
  return logIn(site.folder)
}

/** How often chains had to connect, in all. */
export function connections(chains: readonly Chain[]): number {
  return chains.reduce((sum, chain) => sum + chain.connections, 0)
}
