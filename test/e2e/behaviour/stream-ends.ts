import type { Test } from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import type { Guest } from '../../support/room.ts'
import { crowdPassword, type Member } from '../support/crowd.ts'
import { heardOfTheEnd } from '../support/requests.ts'
import type { OpenCrowd, OpenRoom } from './rooms.ts'

/** More than the kernel takes for a reader that does not read, in messages of this many bytes. */
const flood = { times: 120, text: 'x'.repeat(100_000) }

/** How streams end, and what their readers have then. */
export function streamEnds(t: Test, open: OpenRoom, openCrowd: OpenCrowd): void {
  // What these tests do most is wait.
  t.jobs = 3

  t.test('logout ends the streams of its session and kills its tokens at once', async (t) => {
    const room = await open(t)
    const ann = await room.join('ann')
    const second = await ann.open()
    await second.next('ready')
    const { body } = await ann.call('POST', '/v1/events/token')
    const other = await room.login('ann')
    const others = await other.open()
    await others.next('ready')
    t.equal((await ann.call('POST', '/v1/logout')).status, 204)
    await heardOfTheEnd(room, ann.token)
    for (const path of ['/v1/me', '/v1/events']) t.equal((await ann.call('GET', path)).status, 401)
    t.equal((await room.call('GET', `/v1/events?token=${body.token}`)).status, 401)
    t.equal((await ann.call('POST', '/v1/logout')).status, 401)
    for (const stream of [ann.stream, second]) {
      t.same((await stream.next('bye')).data, { reason: 'logged-out' })
      await stream.ended()
    }
    await other.broadcast('still here')
    await others.next('message')
    t.notOk(others.closed)
  })

  t.test('whoever finds a stranger among their sessions ends it at once', async (t) => {
    const room = await open(t)
    const ann = await room.join('ann')
    const [stranger, third] = [await room.login('ann'), await room.login('ann')]
    const streams = [await stranger.open(), await third.open()]
    for (const stream of streams) await stream.next('ready')
    const { body } = await ann.call('GET', '/v1/sessions')
    const { id } = body.sessions.find(({ current }: { current: boolean }) => current)
    t.equal(body.sessions.length, 3)
    const { body: theirs } = await stranger.call('GET', '/v1/sessions')
    const found = theirs.sessions.find(({ current }: { current: boolean }) => current)
    t.not(found.id, id)
    t.equal((await ann.call('DELETE', `/v1/sessions/${found.id}`)).status, 204)
    t.same((await streams[0]?.next('bye'))?.data, { reason: 'logged-out' })
    await streams[0]?.ended()
    await heardOfTheEnd(room, stranger.token)
    t.equal((await stranger.broadcast('too late')).status, 401)

    t.equal((await ann.call('DELETE', '/v1/sessions')).status, 204)
    t.same((await streams[1]?.next('bye'))?.data, { reason: 'logged-out' })
    await heardOfTheEnd(room, third.token)
    t.equal((await third.call('GET', '/v1/me')).status, 401)
    await ann.broadcast('still here')
    await ann.stream.next('message')
  })

  t.test('a new password ends the sessions of whoever knew the old one', async (t) => {
    const room = await open(t)
    const ann = await room.join('ann')
    const stranger = await room.login('ann')
    const stream = await stranger.open()
    await stream.next('ready')
    const change = (currentPassword: string, newPassword: string) =>
      ann.call('PUT', '/v1/me/password', { currentPassword, newPassword })
    for (const newPassword of ['Football', 'short'])
      t.equal((await change('ann-password', newPassword)).status, 400, newPassword)
    t.equal((await change('not hers', 'tall-ships')).status, 401)
    t.equal((await change('ann-password', 'tall-ships')).status, 204)
    t.same((await stream.next('bye')).data, { reason: 'logged-out' })
    await heardOfTheEnd(room, stranger.token)
    t.equal((await stranger.broadcast('too late')).status, 401)
    await t.rejects(room.login('ann'), /wrong-password/)
    await (await room.login('ann', 'tall-ships')).broadcast('hers')
    await ann.stream.next('message')
  })

  t.test('a session’s end ends its streams, and its tokens', async (t) => {
    const { room, members } = await openCrowd(t, ['ann'], {
      present: false,
      graceMs: 1_000,
      ttlMs: 5_000,
      settings: { heartbeatMs: 100 },
    })
    const { token, session } = members[0] as Member
    const { body } = await room.call('POST', '/v1/events/token', { token })
    const stream = await EventReader.open({ url: room.url, query: `?token=${body.token}` })
    await stream.next('ready')
    t.same((await stream.next('bye')).data, { reason: 'session-expired' })
    t.ok(Date.now() >= session.expiresAt)
    await stream.ended()
    await heardOfTheEnd(room, token)
    t.equal((await room.call('GET', '/v1/me', { token })).status, 401)
    t.equal((await room.call('GET', `/v1/events?token=${body.token}`)).status, 401)
  })

  t.test('a renewed session goes on, and the streams that are open', async (t) => {
    const { room, members } = await openCrowd(t, ['ann'], {
      present: false,
      graceMs: 1_000,
      ttlMs: 5_000,
      settings: { heartbeatMs: 100 },
    })
    const { token, session } = members[0] as Member
    const stream = await EventReader.open({ url: room.url, token })
    await stream.next('ready')
    const { status, body } = await room.call('POST', '/v1/renew', { token })
    t.equal(status, 200)
    t.ok(Date.parse(body.expiresAt) > session.expiresAt)
    while (Date.now() <= session.expiresAt + 200) await stream.next('heartbeat')
    t.notOk(stream.closed)
    t.equal((await room.call('GET', '/v1/me', { token })).status, 401, 'the earlier token')
    const me = await room.call('GET', '/v1/me', { token: body.token })
    t.equal(me.body.session.expiresAt, body.expiresAt)
    t.equal((await room.call('POST', '/v1/logout', { token: body.token })).status, 204)
    t.same((await stream.next('bye')).data, { reason: 'logged-out' })
  })

  t.test(
    'a session too many of one account ends the oldest, with its stream and token',
    async (t) => {
      const { room } = await openCrowd(t, ['ann'], {
        present: false,
        graceMs: 0,
        settings: { streamsPerUser: 0 },
      })
      const guests: Guest[] = []
      while (guests.length < 99) guests.push(await room.login('ann', crowdPassword))
      const opened = guests.map(async (guest) => {
        const stream = await guest.open()
        await stream.next('ready')
        return { guest, stream }
      })
      const all = await Promise.all(opened)
      const unused = await room.login('ann', crowdPassword)
      const instead = await room.login('ann', crowdPassword)
      await heardOfTheEnd(room, unused.token)
      t.equal((await unused.call('GET', '/v1/me')).status, 401, 'the one without a stream')
      const stream = await instead.open()
      await stream.next('ready')
      t.notOk(all.some((one) => one.stream.closed))

      await room.login('ann', crowdPassword)
      const byes = all.map(async ({ guest, stream }) => ({ guest, ...(await stream.next('bye')) }))
      const { guest: ended, data } = await Promise.race(byes)
      t.same(data, { reason: 'logged-out' })
      await heardOfTheEnd(room, ended.token)
      t.equal((await ended.call('GET', '/v1/me')).status, 401)
      t.equal(all.filter((one) => one.stream.closed).length, 1)
    },
  )

  t.test('a stream lasts no longer than STREAM_MAX_SECONDS, give or take a tenth', async (t) => {
    const room = await open(t, { settings: { streamMaxSeconds: 1, heartbeatMs: 100 } })
    const ann = await room.join('ann')
    const started = performance.now()
    const stream = await ann.open()
    t.same((await stream.next('bye')).data, { reason: 'renew' })
    const took = performance.now() - started
    t.ok(took > 700, `${took} ms`)
    await stream.ended()
    const again = await ann.open({ cursor: stream.cursor })
    await again.next('ready')
  })

  t.test('a reader that talks back without end is cut off', async (t) => {
    const room = await open(t)
    const ann = await room.join('ann')
    ann.stream.socket.write('x'.repeat(1000))
    await ann.broadcast('still open')
    await ann.stream.next('message')
    ann.stream.socket.write('x'.repeat(100_000))
    await ann.stream.ended()
  })

  t.test('a reader that takes nothing is cut off after a while, and can resume', async (t) => {
    const room = await open(t, {
      settings: { messageMaxChars: flood.text.length, presenceGraceMs: 100 },
      tuning: { writeTimeoutMs: 200 },
    })
    const ann = await room.join('ann', { query: '?presence=none' })
    ann.stream.stall()
    const bob = await room.join('bob')
    const left = bob.stream.next('presence', ({ left }) => left.includes('ann'))
    for (let said = 0; said < flood.times; said++) await bob.broadcast(flood.text)
    const closed = new Promise((resolve) => ann.stream.socket.once('close', resolve))
    t.ok(await left, 'cut off, and gone when the grace is over')
    ann.stream.resume()
    await closed
    const resumed = await ann.open({ cursor: ann.stream.cursor })
    await resumed.next('ready')
    t.equal(ann.stream.texts.length + resumed.texts.length, flood.times)
    t.ok(resumed.texts.length > 0)
  })

  t.test(
    'a reader who reads on late missed no message, and is to read who is online',
    async (t) => {
      const room = await open(t, { settings: { messageMaxChars: flood.text.length } })
      const ann = await room.join('ann')
      const watching = await ann.open()
      await watching.next('ready')
      ann.stream.stall()
      for (let said = 0; said < flood.times; said++) {
        if (said % 2 === 0) await ann.broadcast(flood.text)
        else await ann.direct('ann', flood.text)
      }
      await room.join('bob')
      t.same((await watching.next('presence')).data, { joined: ['bob'], left: [], onlineCount: 2 })
      ann.stream.resume()
      t.same((await ann.stream.next('presence')).data, {
        joined: [],
        left: [],
        onlineCount: 2,
        resync: true,
      })
      t.same(
        ann.stream.messages.map(({ id }) => id),
        Array.from({ length: flood.times }, (_, index) => index + 1),
      )
    },
  )
}
