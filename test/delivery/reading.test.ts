import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Recent } from '../../src/delivery/recent.ts'
import { Unavailable } from '../../src/store/store.ts'
import { epoch, FakeWire, House } from './support/house.ts'

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

t.test('a good cursor of an older epoch is told so, and then what was trimmed', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(0, 0, 0, 0)
  house.log.placement = { reset: { reason: 'new-epoch', from: 1 } }
  const wire = await house.join(1, { id: 1, epoch: 'aaaaaaaa' })
  t.equal(wire.came, 'new-epoch@1 m2 m3 m4 ready@4')
  house.log.oldest = 4
  const below = await house.join(2, { id: 1, epoch: 'aaaaaaaa' })
  t.equal(below.came, 'new-epoch@1 reset@3 m4 ready@4')
  t.match(below.text, '{"reason":"trimmed","from":3,"oldest":4,"head":4}')
})

t.test('what is trimmed in the middle of a replay is told', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(...Array(20).fill(0))
  const wire = new FakeWire()
  wire.room = 1
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

t.test('a direct message waits for a slow stream and comes at once to the other', async (t) => {
  const house = new House()
  const slow = await house.join(1)
  slow.room = 1
  house.say(0)
  const other = await house.join(1)
  house.say(1)
  t.equal(slow.came, 'ready@0 m1')
  t.equal(other.came, 'ready@1 m2')
  slow.drain()
  await slow.until(() => slow.came === 'ready@0 m1 m2')
  t.end()
})

t.test('a reader who is slow while kept messages come gets each once', async (t) => {
  const house = new House()
  house.say(1, 1, 1, 1, 1)
  const wire = new FakeWire()
  wire.room = 1
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
