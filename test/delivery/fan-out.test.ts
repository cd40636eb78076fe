import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import type { Entry } from '../../src/store/message-log.ts'
import type { Room } from '../../src/store/room.ts'
import { DeliveryFixture, epoch, FakeConnection } from './support/fixture.ts'

t.test('messages are delivered to streams that are not ready yet', async (t) => {
  const fixture = new DeliveryFixture()
  const ready = await fixture.join(1)
  fixture.holdPresence = true
  const early = new FakeConnection()
  fixture.open(2, null, early)
  await nextTurn()
  fixture.send(0)
  for (const connection of [ready, early]) t.match(connection.received, /m1$/)
  fixture.releasePresence()
  await early.until(() => early.received === 'm1 ready@1')
})

t.test('one commit is delivered in as few writes as it fits in', async (t) => {
  const fixture = new DeliveryFixture()
  const [quick, slow] = [await fixture.join(1), await fixture.join(2)]
  slow.room = 1
  const text = 'x'.repeat(40_000)
  for (const entry of fixture.append(0, 0, 0)) entry.text = text
  fixture.deliver(fixture.log.entries)
  t.match(quick.received, /m1 m2 m3$/)
  t.match(slow.received, /m1$/, 'up to the write that fills the socket')
  slow.drain()
  await slow.until(() => slow.received.endsWith('m1 m2 m3'))
})

t.test('a message in a room is for its members', async (t) => {
  const fixture = new DeliveryFixture()
  const { room, entry } = fixture.log.create(1)
  fixture.deliver([entry, fixture.log.join(room, 2)])
  const [ann, bob, cid] = [await fixture.join(1), await fixture.join(2), await fixture.join(3)]
  fixture.deliver([fixture.log.say({ room, from: 1 })])
  t.same([ann.received, bob.received, cid.received], ['ready@2 m3', 'ready@2 m3', 'ready@2'])
})

t.test('who joins and who leaves in an update gets what lies between, and no more', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(1)
  fixture.deliver([entry])
  const [ann, bob] = [await fixture.join(1), await fixture.join(2)]
  fixture.deliver([
    log.say({ room }),
    log.join(room, 2),
    log.say({ room }),
    log.say({}),
    log.say({ to: 2 }),
    log.leave(room, 2),
    log.say({ room }),
    log.join(room, 2),
    log.rename(room),
  ])
  t.equal(
    ann.received,
    'ready@1 m2 member.joined@3 m4 m5 member.left@7 m8 member.joined@9 room.updated@10',
  )
  t.equal(bob.received, 'ready@1 room.joined@3 m4 m5 m6 room.left@7 room.joined@9 room.updated@10')
  fixture.deliver([log.say({ room })])
  for (const { received } of [ann, bob]) t.match(received, / m11$/)
})

t.test('the members of a room that is deleted get that, and nothing more of it', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(1)
  fixture.deliver([entry, log.join(room, 2)])
  const [ann, bob] = [await fixture.join(1), await fixture.join(2)]
  fixture.deliver([log.setRole(room, 2, 'owner'), log.leave(room, 1), log.delete(room)])
  t.equal(ann.received, 'ready@2 member.updated@3 room.left@4')
  t.equal(bob.received, 'ready@2 member.updated@3 member.left@4 room.deleted@5')
})

t.test('accounts that get the same share the packed bytes', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const [first, second] = [log.create(1), log.create(1)]
  const joining = [1, 2].flatMap((one) => log.join(first.room, one + 1))
  fixture.deliver([first.entry, second.entry, ...joining, log.join(second.room, 4)])
  const written: unknown[][] = []
  for (const account of [1, 2, 3, 4]) {
    const connection = await fixture.join(account)
    const chunks: unknown[] = []
    written.push(chunks)
    connection.write = (chunk) => chunks.push(chunk) > 0
  }
  fixture.deliver([log.say({ room: first.room }), log.say({}), log.say({ room: second.room })])
  const [[ann], [bob], [cid], [dan]] = written as [[object], [object], [object], [object]]
  t.equal(bob, cid)
  t.equal(new Set([ann, bob, dan]).size, 3)
})

t.test('what is hidden from a member that has left since is not for them', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents())
  const { log } = fixture
  const { room, entry } = log.create(1, 'private')
  fixture.deliver([entry, log.join(room, 2)])
  const bob = await fixture.join(2)
  const slow = new FakeConnection()
  slow.room = 1
  fixture.open(2, { id: 0, epoch }, slow)
  await slow.until(() => slow.room === 0)
  const late = [log.say({ room }), log.rename(room), log.say({}), log.setRole(room, 1, 'owner')]
  log.leave(room, 2)
  // The update has ended before the leaving, of which it knows already.
  fixture.update({
    bounds: { ...log.bounds_, head: 6 },
    entries: late.map((one) => log.asNow(one)),
  })
  t.equal(bob.received, 'ready@2 m3 m5')
  slow.drain()
  await slow.until(() => slow.received.includes('ready'))
  t.equal(slow.received, 'room.joined@2 m3 m5 ready@6', 'nor in memory')
  fixture.deliver([log.asNow(log.entries[6] as Entry)])
  for (const { received } of [bob, slow]) t.match(received, /room\.left@7$/)
})

t.test('of a message and its deletion in one update, only the deletion is delivered', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const reader = await fixture.join(1)
  const update = [log.say({ text: 'gone' }), log.edit(1), log.react(1, 1), log.say({ text: 'old' })]
  fixture.deliver([...update, log.edit(4, 'new'), log.deleteMessage(1)])
  t.equal(reader.received, 'ready@0 m4 message.updated@5 message.deleted@6')
  t.same(reader.text.match(/"text":"\w*"/g), ['"text":"new"', '"text":"new"', '"text":""'])
})

t.test('those from whom the same is hidden share the packed bytes', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(1, 'private', 'since-joined')
  fixture.deliver([entry, log.say({ room }), log.join(room, 2), log.join(room, 3)])
  const written: unknown[][] = []
  const connections = []
  for (const account of [1, 2, 3]) {
    const connection = await fixture.join(account, { id: 4, epoch })
    const write = connection.write.bind(connection)
    const chunks: unknown[] = []
    written.push(chunks)
    connections.push(connection)
    connection.write = (chunk) => {
      chunks.push(chunk)
      return write(chunk)
    }
  }
  fixture.deliver([
    log.say({ room }),
    log.edit(2),
    log.join(room, 4),
    log.react(2, 1),
    log.react(5, 1),
  ])
  t.same(
    connections.map(({ received }) => received),
    [
      'ready@4 m5 message.updated@6 member.joined@7 reaction.added@8 reaction.added@9',
      'ready@4 m5 member.joined@7 reaction.added@9',
      'ready@4 m5 member.joined@7 reaction.added@9',
    ],
  )
  const [[ann], [bob], [cid]] = written as [[object], [object], [object]]
  t.equal(bob, cid)
  t.not(ann, bob)
})

t.test('what nobody gets is not encoded', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  await fixture.join(3)
  const { room, entry } = log.create(1)
  const toJSON = () => t.fail('encoded')
  const joining = log.join(room, 2)
  const unread = [entry, joining, log.rename(room)].map((one) => ({
    ...one,
    room: { ...(one.room as Room), topic: Object.assign('', { toJSON }) as unknown as string },
  }))
  fixture.deliver(unread as Entry[])
  t.equal(fixture.logCache.head, 3)
})
