import t from 'tap'
import { StreamReady } from '../../src/delivery/stream-ready.ts'
import { DeliveryFixture, FakeConnection } from './support/fixture.ts'

const heartbeatMs = 30

/** The data of each `ready` that came. */
const readies = ({ text }: FakeConnection) =>
  [...text.matchAll(/^event: ready\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data as string))

/** The socket takes one message, and no more until it has drained. */
function fallBehind(fixture: DeliveryFixture, reader: FakeConnection) {
  reader.room = 1
  fixture.send(0)
}

t.test('a stream that fell behind gets ready again, without names if nobody came', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs })
  const reader = await fixture.join(1)
  fallBehind(fixture, reader)
  fixture.send(0)
  reader.drain()
  await reader.until(() => readies(reader).length === 2)
  t.match(reader.received, /^ready@0 m1 m2 (heartbeat@2 )+ready@2$/)
  t.same(readies(reader)[1], { user: 'p1', head: 2, onlineCount: 1 })
})

t.test('a stream that stays live gets it once', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 10 })
  const reader = await fixture.join(1)
  await reader.until(() => reader.received.split('heartbeat').length > 5)
  t.equal(readies(reader).length, 1)
})

t.test('ready has the names again if the stream missed who came', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs })
  const reader = await fixture.join(1)
  const other = await fixture.join(2)
  await other.until(() => other.received.includes('heartbeat'))
  fallBehind(fixture, reader)
  fixture.come(3)
  await other.until(() => other.received.includes('presence'))
  reader.drain()
  await reader.until(() => readies(reader).length === 2)
  t.same(readies(reader)[1], { user: 'p1', head: 1, online: ['p1', 'p3'], onlineCount: 2 })
  fixture.come(4)
  await reader.until(() => reader.received.includes('presence'))
  t.match(reader.text, /"joined":\["p4"\],"left":\[\],"onlineCount":3}/, 'and then the difference')
  t.notMatch(reader.text, /resync/)
})

t.test('who missed more changes than ready has names for is told to ask', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs })
  fixture.online = Array.from({ length: 1001 }, (_, index) => `p${index}`)
  const reader = await fixture.join(1)
  const other = await fixture.join(2)
  await other.until(() => other.received.includes('heartbeat'))
  fallBehind(fixture, reader)
  fixture.come(3000)
  await other.until(() => other.received.includes('presence'))
  reader.drain()
  await reader.until(() => /presence/.test(reader.received))
  t.match(reader.text, /"joined":\[\],"left":\[\],"onlineCount":1002,"resync":true}/)
  t.same(readies(reader)[1], { user: 'p1', head: 1, onlineCount: 1002 })
})

t.test('a stream that falls behind at its ready gets another one', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 10 })
  const reader = new FakeConnection()
  reader.room = 1
  await fixture.join(1, null, reader)
  reader.drain()
  await reader.until(() => readies(reader).length === 2)
  t.match(reader.received, /^ready@0( heartbeat@0)+ ready@0$/)
})

t.test('it waits for the writes, and for its time after the last one', async (t) => {
  const ready = new StreamReady()
  const { promise: write, resolve } = Promise.withResolvers<void>()
  const waited = ready.waitFor(write)
  t.notOk(ready.isDue(0))
  resolve()
  await waited
  t.match([ready.isDue(3_600_000), ready.isFirst], [true, true])
  ready.written()
  t.notOk(ready.isDue(0))
  ready.owe()
  t.match([ready.isDue(3_600_000), ready.isDue(0), ready.isFirst], [false, true, false])
})
