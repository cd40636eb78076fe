import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Presence } from '../../src/chat/presence.ts'
import type { Block } from '../../src/delivery/block.ts'
import { Hub, type HubSettings } from '../../src/delivery/hub.ts'
import { ReachedMarks } from '../../src/delivery/marks.ts'
import { PresenceFeed } from '../../src/delivery/presence-feed.ts'
import { Recent } from '../../src/delivery/recent.ts'
import { Tail } from '../../src/delivery/tail.ts'
import type { WireEvents } from '../../src/delivery/wire.ts'
import {
  type Cursor,
  type Entry,
  type Extent,
  type Placement,
  type Session,
  Unavailable,
} from '../../src/store/store.ts'

const epoch = 'mh4k2c9z'

/** A log in memory that reads a few ids at a time, and can be made to fail. */
class FakeLog {
  readonly entries: Entry[] = []
  oldest = 1
  reached = new Map<number, number>()
  failures: Error[] = []
  reads = 0
  placement: Partial<Placement> = {}

  get extent_(): Extent {
    return { epoch, oldest: this.oldest, head: this.entries.length }
  }

  #ask<T>(answer: T): T {
    this.reads++
    const failure = this.failures.shift()
    if (failure) throw failure
    return answer
  }

  async extent() {
    return this.extent_
  }

  async read(after: number, viewer: number) {
    const scanned = this.entries.filter(
      ({ id }) => id > after && id <= after + 5 && id >= this.oldest,
    )
    return this.#ask({
      extent: this.extent_,
      entries: scanned.filter(({ to, from }) => !to || to.id === viewer || from.id === viewer),
      covered: scanned.at(-1)?.id ?? after,
    })
  }

  async readKept(after: number, upTo: number, viewer: number) {
    const entries = this.entries
      .filter(({ id, to }) => id > after && id <= upTo && to?.id === viewer)
      .slice(0, 2)
    const last = entries.length < 2 ? upTo : (entries.at(-1) as Entry).id
    return this.#ask({ extent: this.extent_, entries, covered: last })
  }

  async unreached(viewer: number) {
    const upTo = this.entries.length
    return this.#ask({ after: this.reached.get(viewer) ?? 0, upTo, extent: this.extent_ })
  }

  async place({ id }: Cursor): Promise<Placement> {
    return this.#ask({ extent: this.extent_, position: id, reset: null, ...this.placement })
  }

  async markReached(marks: readonly { account: number; id: number }[]) {
    for (const { account, id } of marks) this.reached.set(account, id)
  }
}

/** A socket that takes what it is told to take. */
class FakeWire {
  text = ''
  ended = false
  destroyed = false
  empty = true
  /** How many more blocks it takes before it is full. */
  room = Number.POSITIVE_INFINITY
  #events: WireEvents | undefined
  #wake = () => {}

  listen(events: WireEvents) {
    this.#events = events
  }

  write(block: Block) {
    this.text += block.plain.toString()
    this.#wake()
    return --this.room > 0
  }

  end(block: Block) {
    this.write(block)
    this.ended = true
  }

  destroy() {
    this.destroyed = true
    this.close()
  }

  close() {
    this.#events?.closed()
    this.#wake()
  }

  drain(room = Number.POSITIVE_INFINITY) {
    this.room = room
    this.#events?.drained()
  }

  /** What came, in short: m1 for message 1, k1 for one without an id, r for ready, and so on. */
  get came(): string {
    return this.text
      .split('\n\n')
      .flatMap((block) => {
        const [, id] = /^id: (\d+)/m.exec(block) ?? []
        const [, name] = /^event: (\w+)/m.exec(block) ?? []
        const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}')
        if (name === 'message') return id ? `m${data.id}` : `k${data.id}`
        if (name === 'bye') return data.reason
        return name ? `${name}${id ? `@${id}` : ''}` : []
      })
      .join(' ')
  }

  async until(condition: () => boolean) {
    const deadline = Date.now() + 5000
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain; came: ${this.came}`)
      await nextTurn()
    }
  }
}

const session = (id: number, account = id): Session => ({
  id,
  account: { id: account, username: `p${account}`, createdAt: 0 },
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
})

class House {
  readonly log = new FakeLog()
  readonly errors: unknown[] = []
  readonly left: number[] = []
  readonly tail: Tail
  readonly hub: Hub
  /** While true, nobody's presence is stored. */
  holdPresence = false
  #arrivals: (() => void)[] = []

  constructor(settings: Partial<HubSettings> = {}, recent = new Recent()) {
    this.tail = new Tail(this.log, recent)
    const presence = {
      count: 1,
      names: () => ['p1'],
      enter: () =>
        this.holdPresence
          ? new Promise<void>((resolve) => this.#arrivals.push(resolve))
          : Promise.resolve(),
      leave: (session: number) => this.left.push(session),
      onChanged: () => {},
    } as unknown as Presence
    this.hub = new Hub(
      {
        heartbeatMs: 3_600_000,
        streamMaxSeconds: 0,
        maxStreams: 100,
        streamsPerUser: 20,
        presenceGraceMs: 1000,
        ...settings,
      },
      {
        tail: this.tail,
        presence,
        feed: new PresenceFeed(presence),
        marks: new ReachedMarks(this.log),
        retryMs: 1,
        onError: (error) => this.errors.push(error),
      },
    )
    t.teardown(() => this.hub.destroy())
    t.teardown(() => void this.hub.close())
  }

  arrive() {
    this.holdPresence = false
    for (const arrive of this.#arrivals.splice(0)) arrive()
  }

  /** Says something, `to` 0 for all, and delivers it as one commit. */
  say(...recipients: number[]) {
    const entries = this.write(...recipients)
    this.hub.follow({ extent: this.log.extent_, entries, ended: [] })
  }

  /** The same, but the server has not heard of it yet. */
  write(...recipients: number[]) {
    const entries = recipients.map((to, index) => ({
      id: this.log.entries.length + index + 1,
      from: { id: 9, username: 'p9' },
      to: to === 0 ? null : { id: to, username: `p${to}` },
      text: 'x',
      sentAt: 0,
    }))
    this.log.entries.push(...entries)
    return entries
  }

  async join(id: number, cursor: Cursor | null = null, wire = new FakeWire()) {
    this.open(id, cursor, wire)
    await wire.until(() => wire.came.includes('ready'))
    return wire
  }

  open(id: number, cursor: Cursor | null, wire: FakeWire, of = session(id)) {
    this.hub.admit(of)
    return this.hub.open({ session: of, cursor, presence: 'full', wire })
  }
}

t.test('a reader without a cursor gets what was kept, then is live', async (t) => {
  const house = new House()
  house.say(0, 1, 2, 1, 1, 0, 1)
  const wire = await house.join(1)
  t.equal(wire.came, 'k2 k4 k5 k7 ready@7')
  house.say(0, 2, 1)
  t.equal(wire.came, 'k2 k4 k5 k7 ready@7 m8 m10')
})

t.test('a reader with a cursor gets what came after it, from memory or the store', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 3 }))
  house.say(0, 2, 0, 1, 2, 0, 0, 0, 0, 0)
  const wire = await house.join(1, { id: 2, epoch })
  t.equal(wire.came, 'm3 m4 m6 m7 m8 m9 m10 ready@10')
  const reads = house.log.reads
  const near = await house.join(1, { id: 8, epoch })
  t.equal(near.came, 'm9 m10 ready@10')
  t.equal(house.log.reads, reads + 1, 'only its cursor was looked up')
})

t.test('a cursor that is not on the log is told so', async (t) => {
  const house = new House()
  house.say(0, 0)
  house.log.placement = { position: 1, reset: { reason: 'rewound', from: 1 } }
  const wire = await house.join(1, { id: 5, epoch: 'aaaaaaaa' })
  t.equal(wire.came, 'reset@1 m2 ready@2')
})

t.test('what is trimmed in the middle of a replay is told', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(...Array(20).fill(0))
  const wire = new FakeWire()
  wire.room = 2
  house.open(1, { id: 0, epoch }, wire)
  await wire.until(() => wire.came.includes('m5'))
  house.log.oldest = 15
  wire.drain()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, 'm1 m2 m3 m4 m5 reset@14 m15 m16 m17 m18 m19 m20 ready@20')
})

t.test('a slow reader becomes a cursor and reads on when it can', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 4 }))
  const wire = await house.join(1)
  wire.room = 1
  house.say(0)
  t.equal(wire.came, 'ready@0 m1')
  house.say(0)
  house.say(0)
  t.equal(wire.came, 'ready@0 m1', 'nothing more is written to it')
  wire.drain(1)
  await wire.until(() => wire.came.endsWith('m3'))
  for (let times = 0; times < 9; times++) house.say(0)
  t.ok(wire.came.endsWith('m3'))
  wire.drain()
  await wire.until(() => wire.came.endsWith('m12'))
  house.say(0)
  await wire.until(() => wire.came.endsWith('m13'))
  t.equal(wire.came, 'ready@0 m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13')
})

t.test('a reader who is slow while kept messages come gets each once', async (t) => {
  const house = new House()
  house.say(1, 1, 1, 1, 1)
  const wire = new FakeWire()
  wire.room = 2
  house.open(1, null, wire)
  await wire.until(() => wire.came === 'k1 k2')
  wire.drain(1)
  await wire.until(() => wire.came === 'k1 k2 k3 k4')
  wire.drain(1)
  await wire.until(() => wire.came === 'k1 k2 k3 k4 k5')
  wire.drain()
  await wire.until(() => wire.came === 'k1 k2 k3 k4 k5 ready@5')
  t.end()
})

t.test('a batch larger than a block is cut where the socket is full', async (t) => {
  const house = new House()
  const wire = await house.join(1)
  wire.room = 1
  const entries = house.write(0, 0, 0)
  for (const entry of entries) entry.text = 'x'.repeat(40_000)
  house.hub.follow({ extent: house.log.extent_, entries, ended: [] })
  t.equal(wire.came, 'ready@0 m1')
  wire.drain()
  await wire.until(() => wire.came.endsWith('m3'))
  t.equal(wire.came, 'ready@0 m1 m2 m3')
})

t.test('a server that is behind a cursor follows the log to it first', async (t) => {
  const house = new House()
  house.say(0)
  const entries = house.write(0, 0)
  const wire = new FakeWire()
  house.open(1, { id: 3, epoch }, wire)
  await pause(5)
  t.equal(wire.came, '')
  house.hub.follow({ extent: house.log.extent_, entries, ended: [] })
  await wire.until(() => wire.came === 'ready@3')
  t.end()
})

t.test('ready waits until presence is stored; messages do not', async (t) => {
  const house = new House()
  house.holdPresence = true
  const wire = new FakeWire()
  house.open(1, { id: 0, epoch: null }, wire)
  await pause(5)
  house.say(0)
  t.equal(wire.came, 'm1')
  house.arrive()
  await wire.until(() => wire.came === 'm1 ready@1')
  t.end()
})

t.test('a store that cannot be reached is asked again while the stream is open', async (t) => {
  const house = new House()
  house.log.failures = [new Unavailable('away'), new Unavailable('away')]
  const wire = await house.join(1)
  t.equal(wire.came, 'ready@0')

  house.log.failures = Array.from({ length: 1000 }, () => new Unavailable('away'))
  const gone = new FakeWire()
  const stream = house.open(1, null, gone)
  await pause(5)
  stream.end('renew')
  const reads = house.log.reads
  await pause(10)
  t.ok(house.log.reads - reads <= 1, 'nobody asks for a stream that ended')
  t.same(house.errors, [])
})

t.test('nothing is written after bye, whatever the store answers then', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(0, 0, 0)
  house.log.placement = { position: 1, reset: { reason: 'rewound', from: 1 } }
  const wire = new FakeWire()
  const stream = house.open(1, { id: 3, epoch: 'aaaaaaaa' }, wire)
  stream.end('renew')
  await pause(10)
  t.equal(wire.came, 'renew')
})

t.test('a mistake of our own cuts the stream, so that its reader resumes', async (t) => {
  const house = new House()
  house.log.failures = [new Error('a mistake')]
  const wire = new FakeWire()
  house.open(1, null, wire)
  await wire.until(() => wire.destroyed)
  t.match(house.errors, [{ message: 'a mistake' }])
  t.equal(house.hub.size, 0)
})

t.test('heartbeats carry the cursor, and mark what has been reached', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  house.say(1, 0)
  const wire = await house.join(1)
  t.equal(wire.came, 'k1 ready@2')
  await wire.until(() => wire.came.includes('heartbeat@2'))
  await nextTurn()
  t.equal(house.log.reached.get(1), 1)

  wire.empty = false
  house.say(2, 1)
  const beats = wire.came.split('heartbeat').length
  await wire.until(() => wire.came.split('heartbeat').length > beats)
  t.equal(house.log.reached.get(1), 1, 'not while bytes wait')
  t.ok(wire.came.includes('heartbeat@4'), 'the cursor is past what one may not see')
  wire.empty = true
  await wire.until(() => house.log.reached.get(1) === 4)

  wire.room = 1
  house.say(0)
  const { length } = wire.text
  await pause(60)
  t.equal(wire.text.length, length, 'a full socket gets none')
})

t.test('a heartbeat before the cursor is known has no id', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  house.say(1, 1, 1)
  const wire = new FakeWire()
  wire.room = 2
  house.open(1, null, wire)
  await wire.until(() => wire.came === 'k1 k2')
  house.log.failures = Array.from({ length: 100_000 }, () => new Unavailable('away'))
  wire.drain()
  await wire.until(() => wire.came.startsWith('k1 k2 heartbeat'))
  t.notMatch(wire.came, /heartbeat@/)
  await nextTurn()
  t.equal(house.log.reached.get(1), 2, 'what was written has been reached, the third has not')
})

t.test('a heartbeat that fills the socket makes a slow reader of it', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  const wire = await house.join(1)
  wire.room = 1
  await wire.until(() => wire.came.includes('heartbeat'))
  house.say(0)
  t.notMatch(wire.came, /m1/)
  wire.drain()
  await wire.until(() => wire.came.includes('m1'))
  t.end()
})

t.test('one stream too many takes the place of the oldest of its session', async (t) => {
  const house = new House({ streamsPerUser: 2 })
  const [first, second, third] = [new FakeWire(), new FakeWire(), new FakeWire()]
  house.open(1, null, first, session(11, 1))
  house.open(1, null, second, session(11, 1))
  house.open(1, null, third, session(11, 1))
  t.match([first.came, first.ended, second.ended], ['replaced', true, false])
  t.throws(() => house.hub.admit(session(12, 1)), { code: 'too-many-streams' })
  t.doesNotThrow(() => house.hub.admit(session(21, 2)))
})

t.test('a limit of 0 streams for one person is none', async (t) => {
  const house = new House({ streamsPerUser: 0 })
  await house.join(1)
  await house.join(1)
  t.equal(house.hub.size, 2)
})

t.test('past the server’s limit a stream is refused', async (t) => {
  const house = new House({ maxStreams: 1 })
  const wire = await house.join(1)
  t.throws(() => house.hub.admit(session(2)), {
    code: 'unavailable',
    extras: { retryAfter: 5 },
  })
  wire.close()
  t.doesNotThrow(() => house.hub.admit(session(2)))
  t.same(house.left, [1])
})

t.test('the end of a session ends its streams and no others', async (t) => {
  const house = new House()
  const [mine, too, other] = [new FakeWire(), new FakeWire(), new FakeWire()]
  house.open(1, null, mine, session(11, 1))
  house.open(1, null, too, session(11, 1))
  house.open(1, null, other, session(12, 1))
  house.hub.follow({ extent: house.log.extent_, entries: [], ended: [11, 99] })
  t.same([mine.came, too.came, other.came], ['logged-out', 'logged-out', ''])
  t.equal(house.hub.size, 1)
})

t.test('streams end with their session’s life, and are renewed in time', async (t) => {
  const house = new House({ heartbeatMs: 100 })
  const expired = new FakeWire()
  house.open(1, null, expired, { ...session(1), expiresAt: Date.now() + 20 })
  await expired.until(() => expired.ended)
  t.match(expired.came, /session-expired$/)
  const renewing = new House({ heartbeatMs: 100, streamMaxSeconds: 0.05 })
  const wire = await renewing.join(1)
  await wire.until(() => wire.ended)
  t.match(wire.came, /renew$/)
})

t.test(
  'closing says bye to all and spreads them; who comes meanwhile hears the same',
  async (t) => {
    const house = new House({ presenceGraceMs: 4000 })
    const wire = await house.join(1)
    const closed = house.hub.close()
    t.match(wire.came, /shutting-down$/)
    const [, retry] = /retry: (\d+)\nevent: bye/.exec(wire.text) ?? []
    t.ok(Number(retry) >= 0 && Number(retry) <= 2000)
    const late = new FakeWire()
    house.open(2, null, late)
    t.equal(late.came, 'shutting-down')
    wire.close()
    late.close()
    await closed
    await house.hub.close()
    t.end()
  },
)

t.test('what is still connected can be cut', async (t) => {
  const house = new House()
  const wire = await house.join(1)
  const closed = house.hub.close()
  house.hub.destroy()
  await closed
  t.ok(wire.destroyed)
})
