/**
 * What every store must do, as sentences: one suite that runs on each implementation.
 */
import t, { type Test } from 'tap'
import type { Store } from '../../src/store/store.ts'
import { accountsContract } from './contract/accounts.ts'
import { appendContract } from './contract/append.ts'
import { followContract } from './contract/follow.ts'
import { pageContract } from './contract/page.ts'
import { placeContract } from './contract/place.ts'
import { presenceContract } from './contract/presence.ts'
import { readContract } from './contract/read.ts'
import { sweepContract } from './contract/sweep.ts'

/** A place where a log is kept, and the clock it goes by. */
export interface Site {
  /** Opens a store on what is kept here; one that is open must be closed first. */
  open(): Promise<Store>
  /** Unix milliseconds, by which every store of this site goes. */
  clock: Clock
  /** What keeps the log starts anew, by which the log has a new epoch. No store may be open. */
  restart(): Promise<void>
  /** What is kept here is noted, to be put back by `goBack`. No store may be open. */
  remember(): Promise<void>
  /** The log goes back to where it was remembered, as by a restored backup. No store may be open. */
  goBack(): Promise<void>
}

export class Clock {
  #now = Date.UTC(2026, 10, 2, 12)
  readonly now = () => this.#now

  pass(ms: number): void {
    this.#now += ms
  }
}

/** Makes an empty site that is gone after the test. */
export type OpenSite = (t: Test) => Promise<Site>

/** Runs the suite on one kind of store. */
export function storeContract(name: string, openSite: OpenSite): void {
  t.test(`a store on ${name}`, async (t) => {
    await appendContract(t, openSite)
    await readContract(t, openSite)
    await pageContract(t, openSite)
    await placeContract(t, openSite)
    await accountsContract(t, openSite)
    await presenceContract(t, openSite)
    await followContract(t, openSite)
    await sweepContract(t, openSite)
  })
}

/** A site with one store open, closed after the test. */
export async function openOne(
  t: Test,
  openSite: OpenSite,
): Promise<{ store: Store; clock: Clock }> {
  const site = await openSite(t)
  const store = await site.open()
  t.teardown(() => store.close())
  return { store, clock: site.clock }
}
