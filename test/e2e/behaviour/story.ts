import type { Test } from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import { LogLines } from '../support/log-lines.ts'
import type { OpenRoom } from './rooms.ts'

/** The whole story of the first chat room, told over HTTP. */
export async function story(t: Test, open: OpenRoom): Promise<void> {
  const log = new LogLines()
  const room = await open(t, {
    settings: { presenceGraceMs: 100, logLevel: 'trace' },
    tuning: { http: { logStream: log } },
  })
  const address = '127.0.0.1'
  const ann = await room.register('ann')

  t.test('each connection is logged with its address', async (t) => {
    await room.call('GET', '/healthz')
    t.match(await log.next('connection'), { address })
  })

  t.test(
    'whoever registers is in at once: the answer holds a token that opens the stream',
    async (t) => {
      const { status, body } = await room.call('POST', '/v1/register', {
        body: { username: 'bob', password: 'bob-password' },
      })
      t.equal(status, 201)
      t.match(body, { user: { id: Number, username: 'bob' }, token: String, tokenType: 'Bearer' })
      t.match(await log.next('registered', { username: 'bob' }), { address })
      const answer = await room.call('GET', '/v1/me', { token: body.token })
      t.match(answer.body, { user: body.user, session: { expiresAt: body.expiresAt } })
    },
  )

  t.test('a name that is registered already is refused', async (t) => {
    const { status, body } = await room.call('POST', '/v1/register', {
      body: { username: 'ANN', password: 'another password' },
    })
    t.match({ status, type: body.type }, { status: 409, type: '/problems/username-taken' })
    t.match(await log.next('registration refused'), {
      address,
      username: 'ANN',
      reason: 'username-taken',
    })
  })

  t.test('a login under a name that nobody has is refused, and says so', async (t) => {
    const { status, body } = await room.call('POST', '/v1/login', {
      body: { username: 'nobody', password: 'no password' },
    })
    t.match({ status, type: body.type }, { status: 401, type: '/problems/unknown-user' })
    t.match(await log.next('login refused', { username: 'nobody' }), {
      address,
      reason: 'unknown-user',
    })
  })

  t.test('a login with a password that is not that name’s is refused, and says so', async (t) => {
    const { status, body } = await room.call('POST', '/v1/login', {
      body: { username: 'ann', password: 'not her password' },
    })
    t.match({ status, type: body.type }, { status: 401, type: '/problems/wrong-password' })
    t.match(await log.next('login refused', { username: 'ann' }), {
      address,
      reason: 'wrong-password',
    })
  })

  t.test('a login with name and password lets one in, and is logged', async (t) => {
    const { token } = await room.login('Ann', 'ann-password')
    t.match((await room.call('GET', '/v1/me', { token })).body, { user: { username: 'ann' } })
    t.match(await log.next('login', { username: 'Ann' }), { address })
    await room.call('POST', '/v1/logout', { token })
  })

  t.test('what is no call is answered with the calls there are', async (t) => {
    const { status, body } = await room.call('POST', '/v1/dance?token=hidden', { token: ann.token })
    t.match({ status, type: body.type }, { status: 404, type: '/problems/not-found' })
    const calls = body.operations.map(
      ({ method, path }: Record<string, string>) => `${method} ${path}`,
    )
    t.has(
      new Set(calls),
      new Set([
        'POST /v1/messages/broadcast',
        'POST /v1/messages/direct',
        'GET /v1/users/online',
        'POST /v1/logout',
      ]),
    )
    for (const { summary } of body.operations) t.match(summary, /^[A-Z]/)
    t.match(await log.next('route not found'), { address, method: 'POST', path: '/v1/dance' })
  })

  t.test(
    'a call that is not as it should be is refused, and says what would be right',
    async (t) => {
      const { status, body } = await room.call('POST', '/v1/register', {
        body: { username: 'cid' },
      })
      t.match({ status, type: body.type }, { status: 400, type: '/problems/invalid-request' })
      t.match(body.errors, [{ pointer: '/password', detail: /is missing/ }])
    },
  )

  t.test('everyone who is in the room is told when someone enters', async (t) => {
    const stream = await ann.open()
    t.match((await stream.next('ready')).data, { user: 'ann', online: ['ann'], onlineCount: 1 })
    const bob = await room.login('bob')
    const bobs = await bob.open()
    t.match((await bobs.next('ready')).data, { user: 'bob', online: ['ann', 'bob'] })
    t.same((await stream.next('presence')).data, { joined: ['bob'], left: [], onlineCount: 2 })
    t.match(await log.next('online', { username: 'bob' }), { level: 30 })

    await t.test('what is said to everyone reaches everyone who is in the room', async (t) => {
      const { status, body, headers } = await ann.broadcast('hello, everyone')
      t.equal(status, 201)
      t.equal(headers.get('location'), `/v1/messages/${body.id}`)
      t.same((await bobs.next('message')).data, body)
      t.same((await stream.next('message')).data, body)
      t.match(body, { kind: 'broadcast', from: 'ann', text: 'hello, everyone' })
    })

    await t.test('what is said to one person reaches that person alone', async (t) => {
      const cid = await room.join('cid')
      await stream.next('presence', ({ joined }) => joined.includes('cid'))
      const { status, body } = await ann.direct('Bob', 'for you')
      t.equal(status, 201)
      t.match(body, { kind: 'direct', from: 'ann', to: 'bob', text: 'for you' })
      t.same((await bobs.next('message')).data, body)
      await ann.broadcast('for all')
      await cid.stream.next('message', ({ text }) => text === 'for all')
      t.same(cid.stream.texts, ['for all'])
      t.equal((await cid.call('GET', `/v1/messages/${body.id}`)).status, 404)
      await cid.call('POST', '/v1/logout')
      await stream.next('presence', ({ left }) => left.includes('cid'))
    })

    await t.test(
      'the sender is told where nobody has the name, or who has it is not there',
      async (t) => {
        t.match(await ann.direct('nobody', 'are you?'), {
          status: 404,
          body: { type: '/problems/unknown-recipient' },
        })
        t.match(await ann.direct('cid', 'still there?'), {
          status: 409,
          body: { type: '/problems/recipient-offline' },
        })
      },
    )

    await t.test('the list shows who is online, the asker included', async (t) => {
      const { body } = await ann.call('GET', '/v1/users/online')
      t.match(body, {
        users: [
          { username: 'ann', onlineSince: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
          { username: 'bob' },
        ],
        count: 2,
        more: false,
      })
    })

    await t.test('several at once see what each of them says, in one order', async (t) => {
      const texts = Array.from({ length: 10 }, (_, index) => `${index}`)
      await Promise.all(
        texts.flatMap((text) => [ann.broadcast(`a${text}`), bob.broadcast(`b${text}`)]),
      )
      const all = 20
      const said = (reader: typeof stream) =>
        reader.messages.filter(({ text }) => /^[ab]\d$/.test(text))
      for (const reader of [stream, bobs]) await reader.until(() => said(reader).length === all)
      t.same(said(stream), said(bobs))
      t.same(new Set(said(bobs).map(({ text }) => text)).size, all)
    })

    await t.test('whoever logs out leaves: bye to them, and everyone is told', async (t) => {
      t.equal((await bob.call('POST', '/v1/logout')).status, 204)
      t.same((await bobs.next('bye')).data, { reason: 'logged-out' })
      await bobs.ended()
      const { data } = await stream.next('presence', ({ left }) => left.includes('bob'))
      t.equal(data.onlineCount, 1)
      t.match(await log.next('logout', { username: 'bob' }), { address })
      t.ok(await log.next('offline', { username: 'bob' }))
      t.equal((await bob.call('GET', '/v1/me')).status, 401)
    })

    await t.test('name and password stay registered for the next login', async (t) => {
      const again = await room.login('bob')
      const agains = await again.open()
      t.match((await agains.next('ready')).data, { user: 'bob', online: ['ann', 'bob'] })
      await stream.next('presence', ({ joined }) => joined.includes('bob'))

      await t.test('closing the client without logout is noticed and told too', async (t) => {
        const before = log.of('offline').length
        agains.cut()
        const { data } = await stream.next('presence')
        t.same(data, { joined: [], left: ['bob'], onlineCount: 1 })
        t.match(log.of('offline')[before], { username: 'bob' })
      })
    })
    stream.cut()
  })

  t.test('no password and no token is ever logged, however much is', async (t) => {
    const { body } = await ann.call('POST', '/v1/events/token')
    const stream = await EventReader.open({ url: room.url, query: `?token=${body.token}` })
    await stream.next('ready')
    t.match(await log.next('stream opened', { username: 'ann' }), { address })
    t.equal((await room.call('GET', `/v1/me?token=${ann.token}`)).status, 401)
    t.ok(log.of('request completed').length > 20)
    const all = log.written.join('')
    const passwords = ['ann-password', 'bob-password', 'not her password', 'no password']
    for (const secret of [...passwords, ann.token, body.token, 'hidden'])
      t.notOk(all.includes(secret), secret)
  })
}
