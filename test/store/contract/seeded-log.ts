import fc from 'fast-check'
import type { Test } from 'tap'
import type { Entry, Session, Store } from '../../../src/store/store.ts'
import { draft, entryOf, newBatchId, registerUser } from '../fixtures.ts'
import { type Clock, type OpenFixture, openStore } from '../store-contract.ts'

/** A log in which several people spoke to everyone, to each other and to themselves. */
export interface SeededLog {
  store: Store
  clock: Clock
  people: Session[]
  entries: Entry[]
}

const names = ['ann', 'bob', 'cid', 'dot']

/** Who speaks, and to whom; most often two of them to each other, so that gaps are long. */
const anyMessage = fc.oneof(
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.constant(undefined) }) },
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ from: fc.constantFrom(2, 3), to: fc.constantFrom(2, 3) }) },
)

export async function openSeededLog(
  t: Test,
  openSite: OpenFixture,
  length: number,
): Promise<SeededLog> {
  const { store, clock } = await openStore(t, openSite)
  const people: Session[] = []
  for (const name of names) people.push(await registerUser(store, name))
  const drafts = fc
    .sample(anyMessage, length)
    .map(({ from, to }, at) =>
      draft(
        people[from] as Session,
        `saying ${at}`,
        to === undefined ? {} : { to: names[to] as string },
      ),
    )
  const entries = (await store.append(drafts, newBatchId())).map(entryOf)
  return { store, clock, people, entries }
}

/** The rule itself: everyone sees a broadcast, its two people a direct message. */
export function maySee({ from, to }: Entry, viewer: number): boolean {
  return to === null || to.id === viewer || from.id === viewer
}
