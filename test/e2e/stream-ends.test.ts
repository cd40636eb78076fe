import t from 'tap'
import type { EventReader } from '../support/event-reader.ts'
import { type Guest, openRoom } from '../support/room.ts'
import { streamEnds } from './behaviour/stream-ends.ts'
import { openCrowd } from './support/crowd-room.ts'

streamEnds(t, openRoom, openCrowd)

/** Opens a stream as soon as the server has seen that another was cut. */
async function whenThereIsRoom(guest: Guest): Promise<EventReader> {
  for (;;) {
    const stream = await guest.open()
    if (stream.status === 200) return stream
    stream.cut()
  }
}

t.test('one stream too many takes the place of the session’s oldest', async (t) => {
  const room = await openRoom(t, { settings: { streamsPerUser: 2 } })
  const ann = await room.join('ann')
  const second = await ann.open()
  const third = await ann.open()
  t.same((await ann.stream.next('bye')).data, { reason: 'replaced' })
  await ann.stream.ended()
  await third.next('ready')
  t.notOk(second.closed)

  const other = await room.login('ann')
  const { status, headers, body } = await other.call('GET', '/v1/events')
  t.match({ status, type: body.type }, { status: 429, type: '/problems/too-many-streams' })
  t.match(headers.get('retry-after'), /^[1-9]\d*$/)
  const bob = await room.join('bob')
  t.ok(bob.stream, 'others are not concerned')
  third.cut()
  await (await whenThereIsRoom(other)).next('ready')
})

t.test('past MAX_STREAMS there is no room for anyone', async (t) => {
  const room = await openRoom(t, { settings: { maxStreams: 1 } })
  const ann = await room.join('ann')
  const bob = await room.register('bob')
  const { status, headers, body } = await bob.call('GET', '/v1/events')
  t.match({ status, type: body.type }, { status: 503, type: '/problems/unavailable' })
  t.match(headers.get('retry-after'), /^[1-9]\d*$/)
  t.equal((await bob.broadcast('all else goes on')).status, 201)
  ann.stream.cut()
  await (await whenThereIsRoom(bob)).next('ready')
})
