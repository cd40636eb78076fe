import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import type { Room } from '../../support/room.ts'
import type { OpenCrowd, OpenRoom } from './rooms.ts'

/** Longer than any test: nobody's grace ends. */
const forever = 600_000

const presenceOf = (stream: EventReader) =>
  stream.events.filter(({ event }) => event === 'presence').map(({ data }) => data)

const openStream = (room: Room, token: string) =>
  EventReader.open({ url: room.streamAddressOf(token), token })

/**
 * Who is online, who came and who left, as streams and the list tell it.
 *
 * @param restartMs a restart takes no longer, on a busy machine
 */
export function presence(t: Test, open: OpenRoom, openCrowd: OpenCrowd, restartMs = 500): void {
  // What these tests do most is wait.
  t.jobs = 3

  t.test('who is online is told of another display name, on every node', async (t) => {
    const room = await open(t)
    const [ann, bob] = [await room.join('ann'), await room.join('bob')]
    const device = await room.login('ann')
    await device.call('GET', '/v1/me')
    const { status, body } = await ann.call('PATCH', '/v1/me', { displayName: 'Ann of the Hills' })
    t.equal(status, 200)
    for (const { stream } of [ann, bob])
      t.same((await stream.next('user.updated')).data, { user: body })
    while ((await device.call('GET', '/v1/me')).body.user.displayName !== body.displayName);
    t.same((await device.call('GET', '/v1/me')).body.user, body)
    for (const q of ['AN', 'ann of'])
      t.same((await bob.call('GET', `/v1/users?q=${encodeURIComponent(q)}`)).body.users, [body], q)
    t.same((await bob.call('GET', '/v1/users/ANN')).body, body)
    const soon = await device.call('PATCH', '/v1/me', { displayName: 'Anne' })
    t.match(
      { status: soon.status, type: soon.body.type },
      {
        status: 429,
        type: '/problems/too-many-requests',
      },
    )
    t.equal(
      (await bob.call('PATCH', '/v1/me', { displayName: 'аnn' })).status,
      400,
      'а in Cyrillic',
    )
  })

  // The first, for it waits longest: until all of them are gone.
  t.test(
    'past 1,000 people ready names nobody, and past 100 changes the list is to be read',
    async (t) => {
      const names = Array.from({ length: 1000 }, (_, index) => `guest${index}`)
      const people = ['ann', ...names]
      const { room, members } = await openCrowd(t, people, { present: true, graceMs: 8_000 })
      const token = members[0]?.token as string
      const stream = await openStream(room, token)
      t.same((await stream.next('ready')).data, { user: 'ann', head: 0, onlineCount: 1001 })
      const guest = members[1]?.token as string
      t.equal((await room.call('POST', '/v1/logout', { token: guest })).status, 204)
      t.same((await stream.next('presence')).data, {
        joined: [],
        left: ['guest0'],
        onlineCount: 1000,
      })
      const second = await openStream(room, token)
      t.equal((await second.next('ready')).data.online.length, 1000)
      const { body } = await room.call('GET', '/v1/users/online?limit=1000', { token })
      t.match(body, { count: 1000, more: false })
      const { data } = await stream.next('presence', ({ resync }) => resync)
      t.match(data, { joined: [], left: [], onlineCount: Number })
      // On a busy machine the graces of all do not end as one.
      if (data.onlineCount > 1)
        await stream.next('presence', ({ onlineCount }) => onlineCount === 1)
    },
  )

  t.test('names of more than 16 KiB are not in ready, which stays a short line', async (t) => {
    // 32 letters of three bytes each, and what JSON adds: 99 bytes for each of them.
    const names = Array.from(
      { length: 166 },
      (_, index) => `${'漢'.repeat(31)}${String.fromCodePoint(0x4e00 + index)}`,
    )
    const { room, members } = await openCrowd(t, ['ann', ...names], {
      present: true,
      graceMs: forever,
    })
    const token = members[0]?.token as string
    const first = await openStream(room, token)
    t.same((await first.next('ready')).data, { user: 'ann', head: 0, onlineCount: 167 })
    const guest = members[1]?.token as string
    t.equal((await room.call('POST', '/v1/logout', { token: guest })).status, 204)
    t.same((await first.next('presence')).data.left, [names[0]])
    const second = await openStream(room, token)
    const { online, onlineCount } = (await second.next('ready')).data
    t.equal(onlineCount, 166)
    t.same([...online].sort(), ['ann', ...names.slice(1)].sort())
    t.ok(Buffer.byteLength(JSON.stringify(online)) <= 16_384)
  })

  t.test('who reconnects within the grace has not left', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: 1_500 } })
    const ann = await room.join('ann')
    const bob = await room.join('bob')
    await ann.stream.next('presence')
    bob.stream.cut()
    await pause(50)
    const again = await bob.open()
    await again.next('ready')
    await pause(1_700)
    t.same(presenceOf(ann.stream), [{ joined: ['bob'], left: [], onlineCount: 2 }])
    again.cut()
    t.same((await ann.stream.next('presence')).data, { joined: [], left: ['bob'], onlineCount: 1 })
  })

  t.test('to someone in their grace one can write, after it no more', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: 1_500 } })
    const ann = await room.join('ann')
    const bob = await room.join('bob')
    bob.stream.cut()
    await pause(50)
    t.equal((await ann.direct('bob', 'hold on')).status, 201)
    await ann.stream.next('presence', ({ left }) => left.includes('bob'))
    t.match(await ann.direct('bob', 'too late'), {
      status: 409,
      body: { type: '/problems/recipient-offline' },
    })
    const again = await bob.open()
    await again.next('ready')
    t.same(again.texts, ['hold on'])
  })

  t.test('a restart of the server is nobody’s exit; who does not come back leaves', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: restartMs * 2 } })
    const ann = await room.join('ann')
    const bob = await room.join('bob')
    await room.join('cid')
    await ann.stream.next('presence', ({ onlineCount }) => onlineCount === 3)
    await room.restart()
    const stream = await ann.open({ cursor: ann.stream.cursor })
    t.match((await stream.next('ready')).data, { online: ['ann', 'bob', 'cid'], onlineCount: 3 })
    const bobs = await bob.open({ cursor: bob.stream.cursor })
    await bobs.next('ready')
    t.same((await stream.next('presence')).data, { joined: [], left: ['cid'], onlineCount: 2 })
    t.same((await bobs.next('presence')).data, { joined: [], left: ['cid'], onlineCount: 2 })
    t.equal(presenceOf(stream).length + presenceOf(bobs).length, 2, 'and of nothing else')
  })

  t.test('logout is an exit at once, unless another session of the person is online', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: forever } })
    const ann = await room.join('ann')
    const desk = await room.join('bob')
    const pocket = await room.login('bob')
    const pockets = await pocket.open()
    await pockets.next('ready')
    await ann.stream.next('presence', ({ joined }) => joined.includes('bob'))
    await desk.call('POST', '/v1/logout')
    await desk.stream.next('bye')
    const { body } = await ann.call('GET', '/v1/users/online')
    t.equal(body.count, 2)
    await pocket.call('POST', '/v1/logout')
    t.same((await ann.stream.next('presence')).data, { joined: [], left: ['bob'], onlineCount: 1 })
    t.equal(presenceOf(ann.stream).length, 2, 'the two devices were one person')
  })

  t.test('nobody hears of themselves, and nothing before ready', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: 0 } })
    const ann = await room.join('ann')
    for (let times = 0; times < 3; times++) {
      const bob = times === 0 ? await room.join('bob') : await room.login('bob')
      const stream = 'stream' in bob ? (bob.stream as EventReader) : await bob.open()
      if (times > 0) await stream.next('ready')
      await ann.stream.next('presence', ({ joined }) => joined.includes('bob'))
      stream.cut()
      await ann.stream.next('presence', ({ left }) => left.includes('bob'))
      t.equal(stream.events[0]?.event, 'ready')
      t.same(presenceOf(stream), [])
    }
    for (const { joined, left } of presenceOf(ann.stream))
      t.notOk([...joined, ...left].includes('ann'))
  })

  t.test('with presence=none no one is told of, but the count is', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    const stream = await ann.open({ query: '?presence=none' })
    t.same((await stream.next('ready')).data, { user: 'ann', head: 0, onlineCount: 1 })
    const bob = await room.join('bob')
    await bob.call('POST', '/v1/logout')
    await ann.broadcast('after')
    await stream.next('message')
    await pause(300)
    t.same(presenceOf(stream), [])
  })

  t.test('a storm is gathered: at most 4 events a second, and nobody is missed', async (t) => {
    const names = Array.from({ length: 90 }, (_, index) => `guest${index}`)
    const people = ['ann', ...names]
    const { room, members } = await openCrowd(t, people, { present: false, graceMs: forever })
    const [ann, ...guests] = members.map(({ token }) => token)
    const stream = await openStream(room, ann as string)
    await stream.next('ready')
    const [first, ...others] = guests
    await openStream(room, first as string)
    t.same((await stream.next('presence')).data, { joined: ['guest0'], left: [], onlineCount: 2 })
    const started = performance.now()
    for (const token of others) await openStream(room, token)
    await stream.next('presence', ({ onlineCount }) => onlineCount === 91)
    const joined = presenceOf(stream).flatMap((event) => event.joined)
    t.same(joined.toSorted(), names.toSorted())
    const quarters = (performance.now() - started) / 250
    t.ok(presenceOf(stream).length <= 2 + quarters, `${presenceOf(stream).length} events`)
  })

  t.test('`online` in ready is in the order of the list, which comes in pages', async (t) => {
    const names = ['zoe', 'Ümit', 'Bob', 'ann', 'ünal', '張偉', 'a.b', 'a-b', 'Ann2', '42']
    const { room, members } = await openCrowd(t, names, { present: true, graceMs: forever })
    const token = members[0]?.token as string
    const sorted = ['42', 'a-b', 'a.b', 'ann', 'Ann2', 'Bob', 'zoe', 'Ümit', 'ünal', '張偉']
    const stream = await openStream(room, token)
    t.same((await stream.next('ready')).data.online, sorted)
    const page = async (query: string) => {
      const { body } = await room.call('GET', `/v1/users/online${query}`, { token })
      const users = body.users.map(({ username }: { username: string }) => username)
      return { ...body, users }
    }
    t.same(await page(''), { users: sorted, count: 10, more: false })
    t.same(await page('?limit=4'), { users: sorted.slice(0, 4), count: 10, more: true })
    t.same(await page('?limit=4&after=ANN'), { users: sorted.slice(4, 8), count: 10, more: true })
    t.same(await page('?limit=2&after=zz'), { users: sorted.slice(7, 9), count: 10, more: true })
    t.same(await page('?limit=4&after=Ümit'), { users: sorted.slice(8), count: 10, more: false })
    for (const query of ['?limit=0', '?limit=1001', '?limit=1.5', '?after=a&after=b'])
      t.equal((await room.call('GET', `/v1/users/online${query}`, { token })).status, 400, query)
  })
}
