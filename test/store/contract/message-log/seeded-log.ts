import fc from 'fast-check'
import type { Test } from 'tap'
import type { MessageEntry } from '../../../../src/store/message-log.ts'
import type { Session } from '../../../../src/store/session-store.ts'
import type { Store } from '../../../../src/store/store.ts'
import { draft, entryOf, newBatchId, registerUser } from '../../fixtures.ts'
import { type Clock, type OpenFixture, openStore } from '../fixture.ts'

/** A log of broadcasts and direct messages of several people, also to themselves. */
export interface SeededLog {
  store: Store
  clock: Clock
  people: Session[]
  entries: MessageEntry[]
}

const names = ['ann', 'bob', 'cid', 'dot']

/** Most are between two of the people, so that the others see long gaps. */
const anyMessage = fc.oneof(
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.constant(undefined) }) },
  { weight: 1, arbitrary: fc.record({ from: fc.nat(3), to: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ from: fc.constantFrom(2, 3), to: fc.constantFrom(2, 3) }) },
)

export async function openSeededLog(
  t: Test,
  openFixture: OpenFixture,
  length: number,
): Promise<SeededLog> {
  const { store, clock } = await openStore(t, openFixture)
  const people: Session[] = []
  for (const name of names) people.push(await registerUser(store, name))
  const drafts = fc
    .sample(anyMessage, length)
    .map(({ from, to }, at) =>
      draft(
        people[from] as Session,
        `message ${at}`,
        to === undefined ? {} : { to: names[to] as string },
      ),
    )
  const entries = (await store.log.append(drafts, newBatchId())).map(entryOf)
  return { store, clock, people, entries }
}

/** Everyone may see a broadcast; sender and recipient may see a direct message. */
export function maySee({ from, to }: MessageEntry, viewer: number): boolean {
  return to === null || to.id === viewer || from.id === viewer
}
