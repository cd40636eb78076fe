import type { Test } from 'tap'
import { ask, inBody, inParameter, invalidToken, post } from '../bad-requests/row.ts'
import { done, heardOfTheEnd, json, opened, refused, time, user } from '../support/requests.ts'
import type { OpenRoom } from './rooms.ts'

/** What the calls answer, byte for byte, and what they refuse. */
export function answers(t: Test, open: OpenRoom): void {
  t.test('coming in and leaving', async (t) => {
    const room = await open(t)
    const ann = { username: 'ann', password: 'ann-password' }
    const { token } = json(await done(t, room, post('/v1/register', ann), 201))
    await refused(t, room, post('/v1/register', ann), { code: 'username-taken' })
    await refused(t, room, post('/v1/register', { ...ann, username: 'a' }), inBody('username'))
    const login = json(await done(t, room, post('/v1/login', ann), 200))
    t.match(login, opened('ann'))
    t.match(json(await done(t, room, ask('GET', '/v1/me', { token }), 200)), {
      user: user('ann'),
      session: { createdAt: time, expiresAt: time },
    })
    const nobody = post('/v1/login', { ...ann, username: 'nobody' })
    const wrong = post('/v1/login', { ...ann, password: 'wrong-password' })
    await refused(t, room, nobody, { code: 'unknown-user' })
    await refused(t, room, wrong, { code: 'wrong-password' })
    const left = await done(t, room, ask('POST', '/v1/logout', { token }), 204)
    t.equal(left.body, '')
    await heardOfTheEnd(room, token)
    await refused(t, room, ask('GET', '/v1/me', { token }), invalidToken)
    await refused(t, room, ask('POST', '/v1/logout', { token }), invalidToken)
  })

  t.test('saying something and reading it', async (t) => {
    const room = await open(t)
    const { token } = await room.join('ann')
    await room.register('bob')
    const say = (text: string, lines: string[] = []) =>
      post('/v1/messages/broadcast', { text }, { token, lines })
    const first = await done(t, room, say('hi'), 201)
    t.match(json(first), { id: 1, kind: 'broadcast', from: 'ann', text: 'hi', sentAt: time })
    t.same(first.headers.get('location'), ['/v1/messages/1'])
    await refused(t, room, say(''), inBody('text'))

    const direct = (to: string, fields: object = {}) =>
      post('/v1/messages/direct', { to, text: 'psst', ...fields }, { token })
    await refused(t, room, direct('nobody'), { code: 'unknown-recipient' })
    await refused(t, room, direct('bob'), { code: 'recipient-offline' })
    const kept = await done(t, room, direct('bob', { whenOffline: 'keep' }), 201)
    t.match(json(kept), { id: 2, kind: 'direct', from: 'ann', to: 'bob', text: 'psst' })
    t.same(kept.headers.get('location'), ['/v1/messages/2'])
    t.match(json(await done(t, room, direct('ann'), 201)), { id: 3, to: 'ann' })

    const key = ['Idempotency-Key: k']
    const once = await done(t, room, say('once', key), 201)
    const replayed = await done(t, room, say('once', key), 201)
    t.equal(replayed.body, once.body)
    t.notOk(once.headers.has('idempotent-replayed'))
    t.same(replayed.headers.get('idempotent-replayed'), ['true'])
    await refused(t, room, say('twice', key), { code: 'idempotency-key-reused' })

    const read = (query: string) => ask('GET', `/v1/messages${query}`, { token })
    const page = json(await done(t, room, read('?limit=2'), 200))
    t.match(page, { messages: [{ id: 3 }, { id: 4 }], more: true, cursor: /^4-[0-9a-z]{8}$/ })
    await refused(t, room, read('?limit=0'), inParameter('limit'))
    await refused(t, room, read('?with=nobody'), { code: 'unknown-recipient' })
    t.match(json(await done(t, room, read('/1'), 200)), { id: 1 })
    await refused(t, room, read('/99'), { code: 'not-found' })
    t.match(json(await done(t, room, ask('GET', '/v1/users/online', { token }), 200)), {
      users: [{ username: 'ann', onlineSince: time }],
      count: 1,
      more: false,
    })
  })
}
