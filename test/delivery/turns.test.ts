import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { Recent } from '../../src/delivery/recent.ts'
import { epoch, FakeWire, House, session } from './support/house.ts'

const next = 'mh4zzzzz'

/** The log goes back to an id under a new epoch, as by the promotion of a standby that lagged. */
function goBack(house: House, from: number) {
  house.log.entries.splice(from)
  house.log.epoch = next
  house.log.placeOf = ({ id, epoch }) => {
    if (epoch === next) return { position: id, reset: null }
    if (id > from) return { position: from, reset: { reason: 'rewound', from } }
    return { position: id, reset: { reason: 'new-epoch', from: id } }
  }
}

t.test('a log that turned and lost nothing says that it has another epoch', async (t) => {
  const house = new House()
  house.say(0, 0)
  const wire = await house.join(1, { id: 0, epoch })
  goBack(house, 2)
  house.turn()
  await nextTurn()
  house.say(0)
  await wire.until(() => wire.came.endsWith('m3'))
  t.equal(wire.came, 'm1 m2 ready@2 new-epoch@2 m3', 'once')
  t.match(wire.text, `"from":2,"oldest":1,"head":2}\nid: 2-${next}\n`)
  t.match(wire.text, `id: 3-${next}`)
})

t.test(
  'streams past the edge of a log that went back are told so, and others are not',
  async (t) => {
    const house = new House()
    house.say(0, 0, 0)
    const live = await house.join(1, { id: 0, epoch })
    const slow = new FakeWire()
    slow.room = 1
    house.open(2, { id: 0, epoch }, slow)
    await slow.until(() => slow.room === 0)
    goBack(house, 2)
    house.turn()
    house.say(0, 0)
    await live.until(() => live.came.endsWith('m4'))
    t.equal(live.came, 'm1 m2 m3 ready@3 reset@2 m3 m4')
    slow.drain()
    await slow.until(() => slow.came.includes('ready'))
    t.equal(slow.came, 'm1 m2 m3 reset@2 m3 m4 ready@4')
    const late = await house.join(3, { id: 2, epoch })
    t.equal(late.came, 'new-epoch@2 m3 m4 ready@4')
  },
)

t.test('one who waits for marks when the log turns is looked at like all others', async (t) => {
  const house = new House()
  house.say(0, 0, 0)
  const { promise: marked, resolve: mark } = Promise.withResolvers<void>()
  const marking = new Promise<void>((begin) => {
    house.log.markReached = () => {
      begin()
      return marked
    }
  })
  house.open(1, { id: 2, epoch }, new FakeWire())
  await marking
  const wire = new FakeWire()
  house.open(2, null, wire)
  await nextTurn()
  goBack(house, 1)
  house.gone.add(2)
  house.turn()
  mark()
  await wire.until(() => wire.ended)
  t.equal(wire.came, 'logged-out')
  t.same(house.over, [2])
})

t.test('what is read under another epoch than the cursor’s is not written', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(...Array(7).fill(0))
  const wire = new FakeWire()
  wire.room = 1
  house.open(1, { id: 0, epoch }, wire)
  await wire.until(() => wire.room === 0)
  const written = 'm1 m2 m3 m4 m5'
  t.equal(wire.came, written)
  // The store has turned, which nobody has told the stream yet.
  goBack(house, 5)
  house.write(0)
  const { reads } = house.log
  wire.drain()
  await wire.until(() => house.log.reads > reads)
  await nextTurn()
  t.equal(wire.came, written)
  house.turn()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, `${written} new-epoch@5 m6 ready@6`)
})

t.test('a cursor that is placed on a log that is yet to turn here waits for that', async (t) => {
  const house = new House()
  house.say(0, 0)
  goBack(house, 2)
  house.write(0)
  const wire = new FakeWire()
  house.open(1, { id: 2, epoch }, wire)
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  t.equal(wire.came, 'new-epoch@2')
  house.turn()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, 'new-epoch@2 m3 ready@3', 'and is told so once')
})

t.test('a log that turns while kept messages are written goes on with them', async (t) => {
  const house = new House()
  house.say(1, 1, 1, 1, 1)
  const wire = new FakeWire()
  wire.room = 1
  house.open(1, null, wire)
  await wire.until(() => wire.room === 0)
  goBack(house, 4)
  house.turn()
  wire.drain()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, 'k1 k2 k3 k4 ready@4', 'each once, up to the new head')
  t.notMatch(wire.text, 'new-epoch', 'who has no cursor is told of no epoch')
})

t.test('who holds kept messages that are void is told so', async (t) => {
  const house = new House()
  house.say(1, 1, 1, 1, 1)
  const wire = new FakeWire()
  wire.room = 1
  house.open(1, null, wire)
  await wire.until(() => wire.room === 0)
  goBack(house, 1)
  house.write(0, 1)
  house.turn()
  wire.drain()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, 'k1 k2 reset@1 m2 m3 ready@3')
})

t.test('a log that lost its end under one epoch is ahead of nobody', async (t) => {
  const house = new House()
  house.say(0, 0, 0)
  const wire = await house.join(1, { id: 3, epoch })
  house.log.entries.splice(1)
  house.log.placeOf = ({ id }) =>
    id > 1 ? { position: 1, reset: { reason: 'ahead', from: 1 } } : { position: id, reset: null }
  house.turn()
  house.say(0)
  await wire.until(() => wire.came.endsWith('m2'))
  t.equal(wire.came, 'ready@3 reset@1 m2')
})

t.test('a read that was answered by the log as it was before is not written', async (t) => {
  const house = new House({}, new Recent({ maxFrames: 0 }))
  house.say(0, 0)
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const read = house.log.read.bind(house.log)
  house.log.read = async (after, viewer) => {
    const found = await read(after, viewer)
    ask()
    await gate
    house.log.read = read
    return found
  }
  const wire = new FakeWire()
  house.open(1, { id: 0, epoch }, wire)
  await asked
  goBack(house, 1)
  house.turn()
  open()
  await wire.until(() => wire.came.includes('ready'))
  t.equal(wire.came, 'new-epoch@0 m1 ready@1')
})

t.test('what was owed past the edge is no longer marked as reached', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  house.say(0, 1, 1)
  const wire = await house.join(1, { id: 0, epoch })
  wire.empty = false
  goBack(house, 2)
  house.turn()
  await wire.until(() => wire.came.includes('reset'))
  wire.empty = true
  await wire.until(() => house.log.reached.get(1) === 2)
  const beats = wire.came.length
  await wire.until(() => wire.came.length > beats)
  t.equal(house.log.reached.get(1), 2)
})

t.test('a session that went with what was lost ends with its streams', async (t) => {
  const house = new House()
  const [ann, bob] = [await house.join(1), await house.join(2)]
  house.gone.add(1)
  goBack(house, 0)
  house.turn()
  await ann.until(() => ann.ended)
  t.match(ann.came, /logged-out$/)
  await bob.until(() => bob.came.includes('reset') || bob.came.includes('ready'))
  t.notOk(bob.ended)
  t.same(house.over, [1])
})

t.test('while the store is lost there are no streams', async (t) => {
  const house = new House({ presenceGraceMs: 1000 })
  const wire = await house.join(1)
  house.hub.lost()
  const bye = wire.text.split('\n\n').find((block) => block.includes('event: bye'))
  t.match(bye, /^retry: \d+$/m, 'with a time that spreads the reconnects')
  t.match(wire.came, /unavailable$/)
  t.throws(() => house.hub.admit(session(2)), { code: 'unavailable' })
  house.hub.found()
  await house.join(2)
})
