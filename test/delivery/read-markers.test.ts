import t from 'tap'
import type { ConversationRef } from '../../src/store/conversation-store.ts'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

const read = (account: number, upTo: number, ref: ConversationRef = { type: 'everyone' }) => ({
  account,
  ref,
  upTo,
})

t.test('all live streams of the account are told of its marker, and no others', async (t) => {
  const fixture = new DeliveryFixture()
  const phone = await fixture.join(1)
  const laptop = new FakeConnection()
  fixture.open(1, null, laptop, session(12, 1))
  await laptop.until(() => laptop.received.includes('ready'))
  const other = await fixture.join(2)
  const bob = { id: 2, username: 'Bob' }
  fixture.update({
    read: [
      read(1, 5),
      read(1, 6, { type: 'room', room: { id: 4, name: 'tea' } }),
      read(1, 7, { type: 'direct', with: bob }),
      read(3, 8),
    ],
  })
  for (const { text } of [phone, laptop])
    t.match(
      text,
      /\n\nevent: read\ndata: {"conversation":"everyone","upTo":5}\n\nevent: read\ndata: {"conversation":"room:tea","upTo":6}\n\nevent: read\ndata: {"conversation":"direct:Bob","upTo":7}\n\n$/,
    )
  t.equal(other.received, 'ready@0')
})

t.test('a marker is told after the entries of its update', async (t) => {
  const fixture = new DeliveryFixture()
  const reader = await fixture.join(1)
  fixture.update({ entries: [fixture.log.say({})], read: [read(1, 1)] })
  t.equal(reader.received, 'ready@0 m1 read')
})

t.test('a stream without read in its events is not told', async (t) => {
  const fixture = new DeliveryFixture()
  const reader = await fixture.join(1, null, undefined, 'message,typing')
  fixture.update({ read: [read(1, 1)] })
  t.equal(reader.received, 'ready@0')
})

t.test('no marker is told before ready, though the stream has come to the head', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.holdPresence = true
  const reader = new FakeConnection()
  const stream = fixture.open(1, null, reader)
  await reader.until(() => stream.isLive)
  fixture.update({ entries: [fixture.log.say({})], read: [read(1, 1)] })
  t.equal(reader.received, 'm1')
  fixture.releasePresence()
  await reader.until(() => reader.received.includes('ready'))
  fixture.update({ read: [read(1, 1)] })
  t.equal(reader.received, 'm1 ready@1 read')
})

t.test('a stream that is behind gets ready in place of what it missed', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 30 })
  const reader = await fixture.join(1)
  reader.room = 1
  fixture.send(0)
  fixture.update({ read: [read(1, 1)] })
  reader.drain()
  await reader.until(() => reader.received.endsWith('ready@1'))
  t.match(reader.received, /^ready@0 m1 (heartbeat@1 )+ready@1$/)
  reader.room = 1
  fixture.update({ read: [read(1, 2), read(1, 3)] })
  t.match(reader.text, /"upTo":2}\n\n$/, 'a marker fills the socket')
  t.end()
})
