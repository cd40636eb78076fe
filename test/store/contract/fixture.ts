import type { Test } from 'tap'
import type { Store } from '../../../src/store/store.ts'

/** A place for one log, and the clock of its stores. */
export interface StoreFixture {
  /** A store that is open must be closed first. */
  open(): Promise<Store>
  clock: Clock
  /** Whether several nodes can share the store, so that it counts for their rate limits. */
  isShared: boolean
  /** Makes the next store begin a new epoch. No store may be open. */
  restart(): Promise<void>
  /** Copies the log for `restoreSnapshot`. No store may be open. */
  takeSnapshot(): Promise<void>
  /** Puts the log back, like a restored backup. No store may be open. */
  restoreSnapshot(): Promise<void>
}

export class Clock {
  #now = Date.UTC(2026, 10, 2, 12)
  readonly now = () => this.#now

  advance(ms: number): void {
    this.#now += ms
  }
}

/** Makes an empty fixture that is removed after the test. */
export type OpenFixture = (t: Test) => Promise<StoreFixture>

/** A fixture with an open store, which is closed after the test. */
export async function openStore(
  t: Test,
  openFixture: OpenFixture,
): Promise<{ store: Store; clock: Clock }> {
  const fixture = await openFixture(t)
  const store = await fixture.open()
  t.teardown(() => store.close())
  return { store, clock: fixture.clock }
}
