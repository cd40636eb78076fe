import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import type { OnlineChange } from '../../src/chat/online-users.ts'
import type { Chunk } from '../../src/delivery/http-chunk.ts'
import { PresenceBroadcaster } from '../../src/delivery/presence-broadcaster.ts'

/** A list of people online that the test changes. */
class FakePresence {
  readonly names = new Map<number, string>()
  #listener: (change: OnlineChange) => void = () => {}

  get count() {
    return this.names.size
  }

  onChanged(listener: (change: OnlineChange) => void) {
    this.#listener = listener
  }

  come(id: number, username = `p${id}`) {
    this.names.set(id, username)
    this.#listener({ person: { id, username }, online: true })
  }

  go(id: number) {
    const username = this.names.get(id) as string
    this.names.delete(id)
    this.#listener({ person: { id, username }, online: false })
  }
}

class FakeSubscriber {
  readonly received: { joined: string[]; left: string[]; onlineCount: number; resync?: true }[] = []
  behind = false
  readonly account: number
  #wake = () => {}

  constructor(account: number) {
    this.account = account
  }

  sendPresence(chunk: Chunk) {
    if (this.behind) return false
    this.received.push(JSON.parse(/data: (.*)/.exec(chunk.plain.toString())?.[1] as string))
    this.#wake()
    return true
  }

  async count(events: number) {
    while (this.received.length < events) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

t.test('the first change is sent at once', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 3_600_000 })
  const subscriber = new FakeSubscriber(99)
  broadcaster.add(subscriber)
  presence.come(1)
  await subscriber.count(1)
  t.same(subscriber.received, [{ joined: ['p1'], left: [], onlineCount: 1 }])
  broadcaster.close()
})

t.test('the changes after the first are gathered', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 200 })
  const subscriber = new FakeSubscriber(99)
  broadcaster.add(subscriber)
  presence.come(1)
  const began = performance.now()
  await subscriber.count(1)
  presence.come(2)
  presence.come(3)
  presence.go(1)
  await subscriber.count(2)
  t.ok(performance.now() - began > 150, 'no sooner than the interval')
  t.same(subscriber.received, [
    { joined: ['p1'], left: [], onlineCount: 1 },
    { joined: ['p2', 'p3'], left: ['p1'], onlineCount: 2 },
  ])
  broadcaster.close()
})

t.test(
  'a person who came and went in between is left out, and no change means no event',
  async (t) => {
    const presence = new FakePresence()
    const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
    const subscriber = new FakeSubscriber(99)
    broadcaster.add(subscriber)
    presence.come(1)
    presence.go(1)
    presence.come(2)
    await subscriber.count(1)
    presence.go(2)
    presence.come(2)
    presence.come(3)
    await subscriber.count(2)
    t.same(subscriber.received, [
      { joined: ['p2'], left: [], onlineCount: 1 },
      { joined: ['p3'], left: [], onlineCount: 2 },
    ])
    broadcaster.close()
  },
)

t.test('changes without subscribers do not delay the first subscriber', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 3_600_000 })
  for (let id = 1; id <= 200; id++) presence.come(id)
  // A timer of the same length that was set before would have fired.
  await new Promise((resolve) => setTimeout(resolve, 1))
  const subscriber = new FakeSubscriber(99)
  broadcaster.add(subscriber)
  presence.go(7)
  await subscriber.count(1)
  t.strictSame(subscriber.received, [{ joined: [], left: ['p7'], onlineCount: 199 }])
  broadcaster.close()
})

t.test('a subscriber gets no events about its own account', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
  const [one, two] = [new FakeSubscriber(1), new FakeSubscriber(2)]
  broadcaster.add(one)
  broadcaster.add(two)
  presence.come(1)
  await two.count(1)
  presence.come(3)
  presence.go(1)
  await Promise.all([one.count(1), two.count(2)])
  t.same(one.received, [{ joined: ['p3'], left: [], onlineCount: 1 }])
  t.same(two.received, [
    { joined: ['p1'], left: [], onlineCount: 1 },
    { joined: ['p3'], left: ['p1'], onlineCount: 1 },
  ])
  broadcaster.close()
})

t.test('a subscriber added during a storm gets only later changes', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
  const [early, late] = [new FakeSubscriber(98), new FakeSubscriber(99)]
  broadcaster.add(early)
  presence.come(1)
  presence.come(2)
  broadcaster.add(late)
  presence.go(1)
  await Promise.all([early.count(1), late.count(1)])
  t.same(early.received, [{ joined: ['p2'], left: [], onlineCount: 1 }])
  t.same(late.received, [{ joined: [], left: ['p1'], onlineCount: 1 }])
  presence.come(3)
  await late.count(2)
  t.same(late.received[1], { joined: ['p3'], left: [], onlineCount: 2 })
  broadcaster.close()
})

t.test('more than a hundred names become a resync', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
  const subscriber = new FakeSubscriber(999)
  broadcaster.add(subscriber)
  for (let id = 1; id <= 100; id++) presence.come(id)
  await subscriber.count(1)
  t.equal(subscriber.received[0]?.joined.length, 100)
  for (let id = 201; id <= 301; id++) presence.come(id)
  await subscriber.count(2)
  t.same(subscriber.received[1], { joined: [], left: [], onlineCount: 201, resync: true })
  broadcaster.close()
})

t.test('a subscriber that was behind gets a resync once caught up', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
  const [slow, quick, gone] = [
    new FakeSubscriber(98),
    new FakeSubscriber(99),
    new FakeSubscriber(97),
  ]
  for (const subscriber of [slow, quick, gone]) broadcaster.add(subscriber)
  slow.behind = true
  gone.behind = true
  presence.come(1)
  await quick.count(1)
  presence.come(2)
  await quick.count(2)
  broadcaster.remove(gone)
  gone.behind = false
  slow.behind = false
  broadcaster.caughtUp(quick)
  broadcaster.caughtUp(slow)
  await slow.count(1)
  presence.come(3)
  await Promise.all([slow.count(2), quick.count(3)])
  t.same(slow.received, [
    { joined: [], left: [], onlineCount: 2, resync: true },
    { joined: ['p3'], left: [], onlineCount: 3 },
  ])
  t.same(gone.received, [])
  broadcaster.close()
})

t.test('the longer a broadcast takes, the longer the pause before the next', async (t) => {
  let now = 0
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 1, now: () => now })
  const subscriber = new FakeSubscriber(99)
  broadcaster.add(subscriber)
  presence.come(1)
  const slow = new FakeSubscriber(98)
  slow.sendPresence = () => {
    now += 10
    return true
  }
  broadcaster.add(slow)
  presence.come(2)
  await subscriber.count(1)
  const began = performance.now()
  presence.come(3)
  await subscriber.count(2)
  t.ok(performance.now() - began > 190, 'twenty times as long')
  broadcaster.close()
})

t.test('during a storm each subscriber gets exactly the changes it does not know', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence, { minIntervalMs: 5 })
  const subscribers = new Map<number, FakeSubscriber>()
  for (let id = 1; id <= 300; id++) {
    presence.come(id)
    const subscriber = new FakeSubscriber(id)
    subscribers.set(id, subscriber)
    broadcaster.add(subscriber)
  }
  for (const id of [1, 250, 300]) presence.go(id)
  presence.come(250)
  await Promise.all([subscribers.get(2)?.count(1), subscribers.get(250)?.count(1)])
  t.match(subscribers.get(2)?.received, [{ joined: [], left: [], onlineCount: 298, resync: true }])
  t.match(subscribers.get(190)?.received, [{ resync: true }])
  const heard = subscribers.get(250)?.received[0]
  t.same(
    heard?.joined,
    Array.from({ length: 49 }, (_, n) => `p${251 + n}`),
  )
  t.same(heard?.left, ['p1'])
  t.same(subscribers.get(299)?.received, [{ joined: [], left: ['p1'], onlineCount: 298 }])
  broadcaster.close()
})

t.test('the longest possible event is far below the line limit of clients', async (t) => {
  const presence = new FakePresence()
  const broadcaster = new PresenceBroadcaster(presence)
  let longest = 0
  broadcaster.add({
    account: 999,
    sendPresence(chunk) {
      longest = Math.max(longest, chunk.plain.length)
      return true
    },
  })
  // Names have 32 code points at most, of 4 bytes each.
  for (let id = 0; id < 100; id++) presence.come(id, `${'𝒜'.repeat(29)}${100 + id}`)
  const deadline = performance.now() + 10_000
  while (longest === 0 && performance.now() < deadline) await nextTurn()
  t.ok(longest > 12_000, 'all names are in one event')
  t.ok(longest <= 16_384, `${longest} bytes`)
  broadcaster.close()
})
