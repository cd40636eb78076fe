import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { DeliveryFixture, FakeConnection } from './support/fixture.ts'

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
  fixture.hub.applyUpdate({ bounds: fixture.log.bounds_, entries: fixture.log.entries, ended: [] })
  t.match(quick.received, /m1 m2 m3$/)
  t.match(slow.received, /m1$/, 'up to the write that fills the socket')
  slow.drain()
  await slow.until(() => slow.received.endsWith('m1 m2 m3'))
})
