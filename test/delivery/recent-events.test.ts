import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { EncodedEntry } from '../../src/delivery/encoded-entry.ts'
import { EncodedEvent } from '../../src/delivery/encoded-event.ts'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import { AccountRooms } from '../../src/delivery/room-members.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** A message to everyone or to one account, of a number of bytes. */
const event = (id: number, to = 0, size = 10): EncodedEntry => ({
  id,
  kind: 'message',
  message: id,
  events: [new EncodedEvent(id, 'message', [-to], 'x'.repeat(size), { message: id, to })],
  change: null,
})
const account = (id: number) => new AccountRooms(id)
const ids = (batch: { events: readonly EncodedEvent[]; scannedTo: number } | undefined) =>
  batch && { ids: batch.events.map(({ id }) => id), scannedTo: batch.scannedTo }

t.test(
  'a reader gets the events after its cursor that it may see, and moves past the others',
  async (t) => {
    const recent = new RecentEvents()
    recent.push([event(5), event(6, 1), event(7, 2), event(8, 2)])
    t.same(ids(recent.after(4, account(1), 1000)), { ids: [5, 6], scannedTo: 8 })
    t.same(ids(recent.after(6, account(3), 1000)), { ids: [], scannedTo: 8 })
    t.same(ids(recent.after(8, account(1), 1000)), { ids: [], scannedTo: 8 })
  },
)

t.test('dropped events are not kept in memory', async (t) => {
  const recent = new RecentEvents({ maxBytes: 100 })
  const dropped = ((old) => {
    recent.push([old])
    return new WeakRef(old)
  })(event(1, 0, 60))
  recent.push([event(2, 0, 60)])
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  t.equal(dropped.deref(), undefined)
})

t.test('a batch is bounded in bytes, but holds at least one event', async (t) => {
  const recent = new RecentEvents()
  recent.push([event(1, 0, 100), event(2, 5), event(3, 0, 100), event(4, 0, 100)])
  t.same(ids(recent.after(0, account(1), 200)), { ids: [1, 3], scannedTo: 3 })
  t.same(ids(recent.after(0, account(1), 10)), { ids: [1], scannedTo: 2 })
})

t.test('after returns undefined if the memory does not reach back', async (t) => {
  const recent = new RecentEvents()
  t.equal(recent.after(0, account(1), 1000), undefined, 'nothing yet')
  recent.push([event(5)])
  t.equal(recent.after(3, account(1), 1000), undefined, 'further back')
})

t.test('memory is bounded by events and by bytes', async (t) => {
  const byCount = new RecentEvents({ maxEntries: 3 })
  byCount.push([1, 2, 3, 4, 5].map((id) => event(id)))
  t.equal(byCount.after(1, account(1), 1000), undefined)
  t.same(ids(byCount.after(2, account(1), 1000)), { ids: [3, 4, 5], scannedTo: 5 })
  const byBytes = new RecentEvents({ maxBytes: 25 })
  byBytes.push([1, 2, 3].map((id) => event(id)))
  t.equal(byBytes.after(0, account(1), 1000), undefined)
  t.same(ids(byBytes.after(1, account(1), 1000)), { ids: [2, 3], scannedTo: 3 })
})

t.test('events stay correct over thousands of them', async (t) => {
  const recent = new RecentEvents({ maxEntries: 500 })
  for (let id = 1; id <= 5000; id++) recent.push([event(id)])
  t.equal(recent.after(4499, account(1), 1e6), undefined)
  const kept = 500 - Math.floor(500 / 16)
  const batch = ids(recent.after(5000 - kept, account(1), 1e6))
  t.equal(batch?.ids.length, kept, 'a sixteenth less at least')
  t.equal(batch?.ids[0], 5001 - kept)
  t.equal(batch?.scannedTo, 5000)
})

t.test('trimmed events are dropped', async (t) => {
  const recent = new RecentEvents()
  recent.push([event(1), event(2), event(3)])
  recent.push([], { oldest: 3 })
  t.equal(recent.after(1, account(1), 1000), undefined)
  t.same(ids(recent.after(2, account(1), 1000)), { ids: [3], scannedTo: 3 })
})

t.test('a reader gets what is for its account and its rooms, from when it joined', async (t) => {
  const recent = new RecentEvents()
  const ofRoom = (id: number, room: number, hiddenFrom: number[] = []): EncodedEntry => ({
    ...event(id),
    events: [new EncodedEvent(id, 'message', [room], 'x', { hiddenFrom })],
  })
  const joining: EncodedEntry = {
    id: 5,
    kind: 'joined',
    message: 0,
    events: [
      new EncodedEvent(5, 'message', [41], 'x'),
      new EncodedEvent(5, 'message', [-1], 'own', { joins: 41 }),
    ],
    change: null,
  }
  recent.push([ofRoom(1, 40), event(2), ofRoom(3, 41), event(4, 1), joining, ofRoom(6, 41)])
  recent.push([ofRoom(7, 42), ofRoom(8, 40), ofRoom(9, 40, [1])])
  const ann = Object.assign(account(1), { ids: [41, 40, 43] })
  t.same(ids(recent.after(0, ann, 1000)), { ids: [1, 2, 4, 5, 6, 8], scannedTo: 9 })
  t.equal(`${recent.after(4, ann, 1000)?.events[0]?.bytes}`, 'own')
  t.same(ids(recent.after(5, ann, 1000)), { ids: [6, 8], scannedTo: 9 })
  recent.push([], { oldest: 7 })
  t.same(ids(recent.after(6, ann, 1000)), { ids: [8], scannedTo: 9 })
})
