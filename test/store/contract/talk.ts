import fc from 'fast-check'
import type { Test } from 'tap'
import type { Entry, Session, Store } from '../../../src/store/store.ts'
import { type Clock, type OpenSite, openOne } from '../contract.ts'
import { draft, entryOf, join, ticket } from '../people.ts'

/** A log in which several people spoke to everyone, to each other and to themselves. */
export interface Talk {
  store: Store
  clock: Clock
  people: Session[]
  entries: Entry[]
}

const names = ['ann', 'bob', 'cid', 'dot']

/** Who speaks, and to whom; most often two of them to each other, so that gaps are long. */
const saying = fc.oneof(
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.constant(undefined) }) },
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ from: fc.constantFrom(2, 3), to: fc.constantFrom(2, 3) }) },
)

export async function openTalk(t: Test, openSite: OpenSite, length: number): Promise<Talk> {
  const { store, clock } = await openOne(t, openSite)
  const people: Session[] = []
  for (const name of names) people.push(await join(store, name))
  const drafts = fc
    .sample(saying, length)
    .map(({ from, to }, at) =>
      draft(
        people[from] as Session,
        `saying ${at}`,
        to === undefined ? {} : { to: names[to] as string },
      ),
    )
  const entries = (await store.append(drafts, ticket())).map(entryOf)
  return { store, clock, people, entries }
}

/** The rule itself: everyone sees a broadcast, its two people a direct message. */
export function maySee({ from, to }: Entry, viewer: number): boolean {
  return to === null || to.id === viewer || from.id === viewer
}
