/**
 * What every store must do, as sentences: one suite that runs on each implementation.
 */
import t, { type Test } from 'tap'
import type { Store } from '../../src/store/store.ts'
import { accountsContract } from './contract/accounts.ts'
import { appendContract } from './contract/append.ts'
import { deleteExpiredContract } from './contract/delete-expired.ts'
import { pageContract } from './contract/page.ts'
import { presenceContract } from './contract/presence.ts'
import { readContract } from './contract/read.ts'
import { resolveCursorContract } from './contract/resolve-cursor.ts'
import { subscribeContract } from './contract/subscribe.ts'

/** A place where a log is kept, and the clock it goes by. */
export interface StoreFixture {
  /** Opens a store on what is kept here; one that is open must be closed first. */
  open(): Promise<Store>
  /** Unix milliseconds, by which every store of this site goes. */
  clock: Clock
  /** What keeps the log starts anew, by which the log has a new epoch. No store may be open. */
  restart(): Promise<void>
  /** What is kept here is noted, to be put back by `restoreSnapshot`. No store may be open. */
  takeSnapshot(): Promise<void>
  /** The log goes back to where it was remembered, as by a restored backup. No store may be open. */
  restoreSnapshot(): Promise<void>
}

export class Clock {
  #now = Date.UTC(2026, 10, 2, 12)
  readonly now = () => this.#now

  advance(ms: number): void {
    this.#now += ms
  }
}

/** Makes an empty site that is gone after the test. */
export type OpenFixture = (t: Test) => Promise<StoreFixture>

/** Runs the suite on one kind of store. */
export function storeContract(name: string, openFixture: OpenFixture): void {
  t.test(`a store on ${name}`, async (t) => {
    await appendContract(t, openFixture)
    await readContract(t, openFixture)
    await pageContract(t, openFixture)
    await resolveCursorContract(t, openFixture)
    await accountsContract(t, openFixture)
    await presenceContract(t, openFixture)
    await subscribeContract(t, openFixture)
    await deleteExpiredContract(t, openFixture)
  })
}

/** A site with one store open, closed after the test. */
export async function openStore(
  t: Test,
  openFixture: OpenFixture,
): Promise<{ store: Store; clock: Clock }> {
  const fixture = await openFixture(t)
  const store = await fixture.open()
  t.teardown(() => store.close())
  return { store, clock: fixture.clock }
}
