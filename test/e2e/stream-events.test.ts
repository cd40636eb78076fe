import t from 'tap'
import { openRoom } from '../support/room.ts'

t.test('streams are told of markers and of who is typing, unless they leave it out', async (t) => {
  const room = await openRoom(t)
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  const quiet = await ann.open({ query: '?events=message' })
  await quiet.next('ready')
  const typing = await bob.call('POST', '/v1/conversations/direct:ann/typing')
  t.equal(typing.status, 204)
  t.match((await ann.stream.next('typing')).data, {
    conversation: 'direct:bob',
    usernames: ['bob'],
  })
  const sent = await bob.direct('ann', 'hello')
  t.match((await ann.stream.next('message')).data, { text: 'hello' })
  t.match((await ann.stream.next('typing')).data, { conversation: 'direct:bob', usernames: [] })
  const read = await ann.call('PUT', '/v1/conversations/direct:bob/read', { upTo: sent.body.id })
  t.equal(read.status, 204)
  t.match((await ann.stream.next('read')).data, { conversation: 'direct:bob', upTo: sent.body.id })
  await bob.direct('ann', 'more')
  await quiet.next('message', ({ text }) => text === 'more')
  t.same(
    quiet.events.map(({ event }) => event),
    ['ready', 'message', 'message'],
  )
  t.notOk(bob.stream.events.some(({ event }) => event === 'typing' || event === 'read'))
})

t.test('the members of a room are told who is typing in it', async (t) => {
  const room = await openRoom(t)
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  await ann.call('POST', '/v1/rooms', { name: 'tea' })
  await bob.call('PUT', '/v1/rooms/tea/members/bob')
  await bob.call('POST', '/v1/conversations/room:tea/typing')
  t.match((await ann.stream.next('typing')).data, { conversation: 'room:tea', usernames: ['bob'] })
  await bob.call('DELETE', '/v1/rooms/tea/members/bob')
  t.match((await ann.stream.next('typing')).data, { conversation: 'room:tea', usernames: [] })
})

t.test('a reader who stalled gets ready again once they have caught up', async (t) => {
  const room = await openRoom(t, { settings: { heartbeatMs: 200, messageMaxChars: 10_000 } })
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  ann.stream.stall()
  const text = 'x'.repeat(10_000)
  let lastId = 0
  // More than the kernel holds for a loopback connection.
  for (let round = 0; round < 20; round++) {
    const sent = await Promise.all(Array.from({ length: 50 }, () => bob.broadcast(text)))
    lastId = Math.max(...sent.map(({ body }) => body.id))
  }
  ann.stream.resume()
  const ready = await ann.stream.next('ready', ({ head }) => head >= lastId)
  t.equal(ann.stream.messages.length, 1_000)
  t.notOk('online' in ready.data)
})
