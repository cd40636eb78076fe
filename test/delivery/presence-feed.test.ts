import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import type { PresenceChanged } from '../../src/chat/people.ts'
import type { Block } from '../../src/delivery/block.ts'
import { PresenceFeed } from '../../src/delivery/presence-feed.ts'

/** A set of people that changes when told to. */
class FakePresence {
  readonly names = new Map<number, string>()
  #listener: (change: PresenceChanged) => void = () => {}

  get count() {
    return this.names.size
  }

  onChanged(listener: (change: PresenceChanged) => void) {
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

class Reader {
  readonly told: { joined: string[]; left: string[]; onlineCount: number; resync?: true }[] = []
  behind = false
  readonly account: number
  #wake = () => {}

  constructor(account: number) {
    this.account = account
  }

  tell(block: Block) {
    if (this.behind) return false
    this.told.push(JSON.parse(/data: (.*)/.exec(block.plain.toString())?.[1] as string))
    this.#wake()
    return true
  }

  async count(events: number) {
    while (this.told.length < events) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

t.test('the first change waits for no window', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 3_600_000 })
  const reader = new Reader(99)
  feed.add(reader)
  presence.come(1)
  await reader.count(1)
  t.same(reader.told, [{ joined: ['p1'], left: [], onlineCount: 1 }])
  feed.close()
})

t.test('what follows the first change is gathered', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 200 })
  const reader = new Reader(99)
  feed.add(reader)
  presence.come(1)
  const began = performance.now()
  await reader.count(1)
  presence.come(2)
  presence.come(3)
  presence.go(1)
  await reader.count(2)
  t.ok(performance.now() - began > 150, 'no sooner than the window')
  t.same(reader.told, [
    { joined: ['p1'], left: [], onlineCount: 1 },
    { joined: ['p2', 'p3'], left: ['p1'], onlineCount: 2 },
  ])
  feed.close()
})

t.test('who came and went in between is not told, and nothing is no event', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const reader = new Reader(99)
  feed.add(reader)
  presence.come(1)
  presence.go(1)
  presence.come(2)
  await reader.count(1)
  presence.go(2)
  presence.come(2)
  presence.come(3)
  await reader.count(2)
  t.same(reader.told, [
    { joined: ['p2'], left: [], onlineCount: 1 },
    { joined: ['p3'], left: [], onlineCount: 2 },
  ])
  feed.close()
})

t.test('what nobody read holds up nothing for the first who does', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 3_600_000 })
  for (let id = 1; id <= 200; id++) presence.come(id)
  // A timer that was set before for as long would have fired.
  await new Promise((resolve) => setTimeout(resolve, 1))
  const reader = new Reader(99)
  feed.add(reader)
  presence.go(7)
  await reader.count(1)
  t.strictSame(reader.told, [{ joined: [], left: ['p7'], onlineCount: 199 }])
  feed.close()
})

t.test('nobody is told about themselves', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const [one, two] = [new Reader(1), new Reader(2)]
  feed.add(one)
  feed.add(two)
  presence.come(1)
  await two.count(1)
  presence.come(3)
  presence.go(1)
  await Promise.all([one.count(1), two.count(2)])
  t.same(one.told, [{ joined: ['p3'], left: [], onlineCount: 1 }])
  t.same(two.told, [
    { joined: ['p1'], left: [], onlineCount: 1 },
    { joined: ['p3'], left: ['p1'], onlineCount: 1 },
  ])
  feed.close()
})

t.test('who becomes ready in a storm hears only of what came after', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const [early, late] = [new Reader(98), new Reader(99)]
  feed.add(early)
  presence.come(1)
  presence.come(2)
  feed.add(late)
  presence.go(1)
  await Promise.all([early.count(1), late.count(1)])
  t.same(early.told, [{ joined: ['p2'], left: [], onlineCount: 1 }])
  t.same(late.told, [{ joined: [], left: ['p1'], onlineCount: 1 }])
  presence.come(3)
  await late.count(2)
  t.same(late.told[1], { joined: ['p3'], left: [], onlineCount: 2 })
  feed.close()
})

t.test('past a hundred names the reader is sent to the list', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const reader = new Reader(999)
  feed.add(reader)
  for (let id = 1; id <= 100; id++) presence.come(id)
  await reader.count(1)
  t.equal(reader.told[0]?.joined.length, 100)
  for (let id = 201; id <= 301; id++) presence.come(id)
  await reader.count(2)
  t.same(reader.told[1], { joined: [], left: [], onlineCount: 201, resync: true })
  feed.close()
})

t.test('who was behind is sent to the list once caught up', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const [slow, quick, gone] = [new Reader(98), new Reader(99), new Reader(97)]
  for (const reader of [slow, quick, gone]) feed.add(reader)
  slow.behind = true
  gone.behind = true
  presence.come(1)
  await quick.count(1)
  presence.come(2)
  await quick.count(2)
  feed.remove(gone)
  gone.behind = false
  slow.behind = false
  feed.caughtUp(quick)
  feed.caughtUp(slow)
  await slow.count(1)
  presence.come(3)
  await Promise.all([slow.count(2), quick.count(3)])
  t.same(slow.told, [
    { joined: [], left: [], onlineCount: 2, resync: true },
    { joined: ['p3'], left: [], onlineCount: 3 },
  ])
  t.same(gone.told, [])
  feed.close()
})

t.test('the longer the telling takes, the longer the next is gathered', async (t) => {
  let now = 0
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 1, now: () => now })
  const reader = new Reader(99)
  feed.add(reader)
  presence.come(1)
  const slow = new Reader(98)
  slow.tell = () => {
    now += 10
    return true
  }
  feed.add(slow)
  presence.come(2)
  await reader.count(1)
  const began = performance.now()
  presence.come(3)
  await reader.count(2)
  t.ok(performance.now() - began > 190, 'twenty times as long')
  feed.close()
})

t.test('in a storm each hears of what it does not know yet', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence, { windowMs: 5 })
  const readers = new Map<number, Reader>()
  for (let id = 1; id <= 300; id++) {
    presence.come(id)
    const reader = new Reader(id)
    readers.set(id, reader)
    feed.add(reader)
  }
  for (const id of [1, 250, 300]) presence.go(id)
  presence.come(250)
  await Promise.all([readers.get(2)?.count(1), readers.get(250)?.count(1)])
  t.match(readers.get(2)?.told, [{ joined: [], left: [], onlineCount: 298, resync: true }])
  t.match(readers.get(190)?.told, [{ resync: true }])
  const heard = readers.get(250)?.told[0]
  t.same(
    heard?.joined,
    Array.from({ length: 49 }, (_, n) => `p${251 + n}`),
  )
  t.same(heard?.left, ['p1'])
  t.same(readers.get(299)?.told, [{ joined: [], left: ['p1'], onlineCount: 298 }])
  feed.close()
})

t.test('the longest event there can be stays far below the lines that readers take', async (t) => {
  const presence = new FakePresence()
  const feed = new PresenceFeed(presence)
  let longest = 0
  feed.add({
    account: 999,
    tell(block) {
      longest = Math.max(longest, block.plain.length)
      return true
    },
  })
  // Names have 32 code points at most, of 4 bytes each.
  for (let id = 0; id < 100; id++) presence.come(id, `${'𝒜'.repeat(29)}${100 + id}`)
  const deadline = performance.now() + 10_000
  while (longest === 0 && performance.now() < deadline) await nextTurn()
  t.ok(longest > 12_000, 'all of them in one event')
  t.ok(longest <= 16_384, `${longest} bytes`)
  feed.close()
})
