import t from 'tap'
import { RoomMembers } from '../../src/delivery/room-members.ts'
import type { Memberships } from '../../src/store/room-store.ts'
import { Unavailable } from '../../src/store/store-errors.ts'

/** Members whose queries the test answers, in order. */
function asked() {
  const queries: (PromiseWithResolvers<Memberships> & { account: number })[] = []
  const members = new RoomMembers((account) => {
    const query = { account, ...Promise.withResolvers<Memberships>() }
    queries.push(query)
    return query.promise
  })
  const load = (account: number) => members.loadBeside(Promise.resolve(), members.open(account))
  return { members, queries, load }
}

const joined = (id: number, room: number, account: number) =>
  ({ kind: 'joined', id, room, account }) as const
const left = (id: number, room: number, account: number) =>
  ({ kind: 'left', id, room, account }) as const

t.test('the rooms of an account are loaded once for all of its streams', async (t) => {
  const { members, queries, load } = asked()
  const both = [load(1), load(1)]
  t.same(
    queries.map(({ account }) => account),
    [1],
  )
  queries[0]?.resolve({ head: 9, rooms: [40, 41], lastLeftId: 3 })
  await Promise.all(both)
  await load(1)
  t.equal(queries.length, 1)
  t.same([members.of(40), members.of(41), members.of(42)], [[1], [1], []])
  const rooms = members.open(1)
  t.ok(rooms.areKnownSince(3, 9))
  t.notOk(rooms.areKnownSince(2, 9), 'a membership has ended since')
  t.notOk(rooms.areKnownSince(3, 8), 'they are of later than the head')
})

t.test('the other question is answered, too', async (t) => {
  const members = new RoomMembers(async () => ({ head: 0, rooms: [], lastLeftId: 0 }))
  t.equal(await members.loadBeside(Promise.resolve('found'), members.open(1)), 'found')
})

t.test('entries change what was loaded, up to the loaded head they change nothing', async (t) => {
  const { members, queries, load } = asked()
  const loaded = load(1)
  queries[0]?.resolve({ head: 9, rooms: [40], lastLeftId: 0 })
  await loaded
  members.apply(left(8, 40, 1))
  members.apply(joined(9, 41, 1))
  t.same([members.of(40), members.of(41)], [[1], []])
  members.apply(joined(10, 41, 1))
  members.apply(left(11, 40, 1))
  members.apply(left(12, 40, 2))
  members.apply({ kind: 'room-deleted', id: 13, room: 42 })
  t.same([members.of(40), members.of(41)], [[], [1]])
  const rooms = members.open(1)
  t.same([rooms.ids, rooms.lastLeftId], [[41], 11])
  members.apply({ kind: 'room-deleted', id: 14, room: 41 })
  t.same([members.of(41), rooms.ids, rooms.lastLeftId], [[], [], 14])
})

t.test('entries that pass while the rooms are loaded are applied after it', async (t) => {
  const { members, queries, load } = asked()
  const loaded = [load(1), load(2)]
  members.apply(left(8, 40, 1))
  members.apply(joined(10, 41, 1))
  members.apply(joined(11, 41, 2))
  members.apply({ kind: 'room-deleted', id: 12, room: 42 })
  for (const query of queries) query.resolve({ head: 9, rooms: [40, 42], lastLeftId: 8 })
  await Promise.all(loaded)
  t.same([members.of(40), members.of(41), members.of(42)], [[1, 2], [1, 2], []])
  t.same(members.open(1).ids, [40, 41])
  t.equal(members.open(2).lastLeftId, 12)
})

t.test('a failed query fails for all who wait, and is asked again', async (t) => {
  const { members, queries, load } = asked()
  const both = [load(1), load(1)]
  queries[0]?.reject(new Unavailable('away'))
  for (const one of both) await t.rejects(one, { message: 'away' })
  const again = load(1)
  queries[1]?.resolve({ head: 9, rooms: [40], lastLeftId: 0 })
  await again
  t.same(members.of(40), [1])
})

t.test('an account without streams is no member of any room here', async (t) => {
  const { members, queries, load } = asked()
  const first = load(1)
  members.close(1)
  const other = load(1)
  queries[0]?.resolve({ head: 9, rooms: [40], lastLeftId: 0 })
  await first
  t.same(members.of(40), [], 'closed before the answer')
  queries[1]?.resolve({ head: 9, rooms: [40, 41], lastLeftId: 0 })
  await other
  t.same(members.of(40), [1])
  members.close(1)
  t.same([members.of(40), members.of(41)], [[], []])
})

t.test('a closed account is not loaded again', async (t) => {
  const { members, queries } = asked()
  const rooms = members.open(1)
  members.close(1)
  await members.loadBeside(Promise.resolve(), rooms)
  t.equal(queries.length, 0)
})

t.test(
  'after a divergence rooms are loaded anew, and answers from before do not count',
  async (t) => {
    const { members, queries, load } = asked()
    const first = [load(1), load(2)]
    queries[0]?.resolve({ head: 9, rooms: [40], lastLeftId: 0 })
    await first[0]
    members.diverged()
    t.same(members.of(40), [])
    t.notOk(members.open(1).areKnownSince(9, 9))
    const second = [load(1), load(2)]
    queries[1]?.resolve({ head: 9, rooms: [41], lastLeftId: 0 })
    await first[1]
    t.same(members.of(41), [])
    queries[2]?.resolve({ head: 5, rooms: [42], lastLeftId: 0 })
    queries[3]?.resolve({ head: 5, rooms: [42], lastLeftId: 0 })
    await Promise.all(second)
    t.same([members.of(40), members.of(41), members.of(42)], [[], [], [1, 2]])
  },
)
