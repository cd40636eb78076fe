import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Chunk } from '../../src/delivery/http-chunk.ts'
import { UserBroadcaster } from '../../src/delivery/user-broadcaster.ts'
import type { Account } from '../../src/store/person.ts'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

const account = (id: number, displayName?: string): Account => ({
  id,
  username: `p${id}`,
  createdAt: 0,
  role: 'member',
  ...(displayName !== undefined && { displayName }),
})

/** The ids of the people in each broadcast. */
function recorder() {
  const broadcasts: number[][] = []
  const stream = {
    sendSignal(_name: string, chunk: Chunk) {
      const text = chunk.plain.toString()
      broadcasts.push([...text.matchAll(/"user":{"id":(\d+)/g)].map(([, id]) => Number(id)))
    },
  }
  return { broadcasts, streams: { all: () => [stream] as never } }
}

t.test('live streams with presence are told who has another display name', async (t) => {
  const fixture = new DeliveryFixture()
  const reader = await fixture.join(1)
  const without = await fixture.join(2, null, new FakeConnection(), 'message')
  const opening = new FakeConnection()
  fixture.holdPresence = true
  fixture.open(3, null, opening, session(3))
  fixture.update({ accounts: [account(2, 'Bob “the” B.')] })
  t.match(
    reader.text,
    /\n\nevent: user\.updated\ndata: {"user":{"id":2,"username":"p2","createdAt":"1970-01-01T00:00:00\.000Z","role":"member","displayName":"Bob “the” B\."}}\n\n$/,
  )
  t.notMatch(opening.text, 'user.updated')
  t.notMatch(without.text, 'user.updated')
})

t.test(
  'the first is told at once, those that follow a few at a time, the newest of each',
  async (t) => {
    const { broadcasts, streams } = recorder()
    const broadcaster = new UserBroadcaster(streams, { minIntervalMs: 20, maxPerBroadcast: 2 })
    t.teardown(() => broadcaster.clear())
    broadcaster.add([])
    broadcaster.add([account(1)])
    t.same(broadcasts, [[1]])
    broadcaster.add([account(2), account(3)])
    broadcaster.add([account(2, 'newer'), account(4)])
    t.same(broadcasts, [[1]])
    while (broadcasts.length < 3) await pause(5)
    t.same(broadcasts, [[1], [2, 3], [4]])
    // Longer than the interval, whose timer was set before.
    await pause(60)
    broadcaster.add([account(5)])
    t.same(broadcasts.at(-1), [5], 'at once again, when nobody waits any more')
  },
)

t.test('no more wait than the bound allows, and nobody after the streams were ended', async (t) => {
  const { broadcasts, streams } = recorder()
  const broadcaster = new UserBroadcaster(streams, { minIntervalMs: 10, maxPending: 2 })
  broadcaster.add([account(1)])
  broadcaster.add([account(2), account(3), account(4), account(3)])
  while (broadcasts.length < 2) await pause(5)
  t.same(broadcasts, [[1], [2, 3]])
  broadcaster.add([account(5)])
  broadcaster.clear()
  await pause(30)
  t.equal(broadcasts.length, 2)
})
