import type { Test } from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import type { Guest } from '../../support/room.ts'
import type { OpenRoom } from './rooms.ts'

const headersOf = (head: string) =>
  new Map(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(': ') as [string, string])
      .map(([name, value]) => [name.toLowerCase(), value]),
  )

/** Keeps a direct message for someone. */
const keep = (from: Guest, to: string, text: string) =>
  from.direct(to, text, { whenOffline: 'keep' })

/** What a stream brings, to whom, and from where on. */
export function streams(t: Test, open: OpenRoom): void {
  // What these tests do most is wait.
  t.jobs = 3

  t.test('answers with the headers of a stream, and begins with retry', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    const stream = await ann.open()
    t.match(stream.head, /^HTTP\/1\.1 200 OK\r\n/)
    const headers = headersOf(stream.head)
    t.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8')
    t.equal(headers.get('cache-control'), 'no-cache, no-transform')
    t.equal(headers.get('x-accel-buffering'), 'no')
    t.equal(headers.get('transfer-encoding'), 'chunked')
    await stream.next('ready')
    t.equal(stream.retry, 3000)
    t.match(stream.events[0], { event: 'ready', id: /^0-[0-9a-z]{8}$/ })

    const head = await room.call('HEAD', '/v1/events', { token: ann.token })
    t.equal(head.status, 200)
    for (const name of ['content-type', 'cache-control', 'x-accel-buffering'])
      t.equal(head.headers.get(name), headers.get(name), name)
    t.equal(head.body, '')
    stream.cut()
  })

  t.test('HEAD opens nothing: nobody comes online by it', async (t) => {
    const room = await open(t, { settings: { maxStreams: 1 } })
    const ann = await room.register('ann')
    for (let times = 0; times < 3; times++)
      t.equal((await ann.call('HEAD', '/v1/events')).status, 200)
    t.equal((await ann.call('GET', '/v1/users/online')).body.count, 0)
    await (await ann.open()).next('ready')
  })

  t.test('a cursor may be given in each of its forms', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    for (const text of ['one', 'two', 'three']) await ann.broadcast(text)
    const texts = async (options: Parameters<typeof ann.open>[0]) => {
      const stream = await ann.open(options)
      await stream.next('ready')
      stream.cut()
      return stream.texts
    }
    const first = await ann.open({ cursor: '0' })
    await first.next('ready')
    t.same(first.texts, ['one', 'two', 'three'])
    const [one = '', two = ''] = first.events.map(({ id }) => id)
    t.match(one, /^1-[0-9a-z]{8}$/)
    first.cut()

    t.same(await texts({ cursor: one }), ['two', 'three'])
    t.same(await texts({ cursor: '1' }), ['two', 'three'], 'a bare integer')
    t.same(await texts({ query: `?lastEventId=${two}` }), ['three'], 'in the query')
    t.same(await texts({ cursor: two, query: '?lastEventId=0' }), ['three'], 'the header wins')
    t.same(
      await texts({ cursor: '', query: '?lastEventId=1' }),
      ['two', 'three'],
      'an empty header',
    )
    t.same(await texts({ query: '?lastEventId=' }), [], 'an empty query')
    t.same(await texts({}), [])

    for (const wrong of [
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      'x',
      '1-',
      '1-abc',
      '1-ABCDEFGH',
      '1-mh4k2c9zz',
      '9007199254740992',
      '1 2',
    ]) {
      for (const [name, options] of Object.entries({
        'Last-Event-ID': { headers: { 'last-event-id': wrong } },
        lastEventId: { query: `?lastEventId=${encodeURIComponent(wrong)}` },
      })) {
        const { status, body } = await room.call(
          'GET',
          `/v1/events${'query' in options ? options.query : ''}`,
          {
            token: ann.token,
            headers: 'headers' in options ? options.headers : {},
          },
        )
        t.match({ status, body }, { status: 400, body: { errors: [{ parameter: name }] } }, wrong)
      }
    }
  })

  t.test('a cursor past the head, or of another log, is told', async (t) => {
    const room = await open(t)
    const ann = await room.join('ann')
    await ann.broadcast('one')
    const epoch = ann.stream.cursor?.slice(2)
    const ahead = await ann.open({ cursor: '9007199254740991' })
    const reset = await ahead.next('reset')
    t.same(reset.data, { reason: 'ahead', from: 1, oldest: 1, head: 1 })
    t.equal(reset.id, `1-${epoch}`)
    await ahead.next('ready')
    const rewound = await ann.open({ cursor: '7-00000001' })
    t.same((await rewound.next('reset')).data, { reason: 'rewound', from: 0, oldest: 1, head: 1 })
    await rewound.next('ready')
    t.same(rewound.texts, ['one'])

    const older = await ann.open({ cursor: '0-00000001' })
    const told = await older.next('reset')
    t.same(told.data, { reason: 'new-epoch', from: 0, oldest: 1, head: 1 })
    t.equal(told.id, `0-${epoch}`)
    await older.next('ready')
    t.same([older.events[0]?.event, older.texts], ['reset', ['one']], 'before anything else')
    for (const cursor of ['0', '1', `0-${epoch}`, undefined]) {
      const good = await ann.open({ cursor })
      await good.next('ready')
      t.notOk(
        good.events.some(({ event }) => event === 'reset'),
        `none for ${cursor}`,
      )
      good.cut()
    }
  })

  t.test('what was kept for someone arrives, without ids, until it has been reached', async (t) => {
    const room = await open(t, { settings: { heartbeatMs: 300 } })
    const ann = await room.register('ann')
    const bob = await room.register('bob')
    for (const text of ['one', 'two']) await keep(ann, 'bob', text)
    await ann.broadcast('for all')
    /** What comes to one without a cursor. */
    async function comes() {
      const stream = await bob.open()
      const { id } = await stream.next('ready')
      stream.cut()
      t.match(id, /^3-/)
      const messages = stream.events.filter(({ event }) => event === 'message')
      t.ok(messages.every((event) => event.id === undefined))
      return stream.texts
    }
    for (let times = 0; times < 2; times++) t.same(await comes(), ['one', 'two'], 'they come again')
    const staying = await bob.open()
    // A heartbeat marks what it finds written, and the mark is stored a moment later.
    const until = Date.now() + 20_000
    while ((await comes()).length > 0) t.ok(Date.now() < until, 'a heartbeat has it reached')
    await keep(ann, 'bob', 'three')
    await staying.next('message', ({ text }) => text === 'three')
    t.match(staying.cursor, /^4-/, 'live, it has an id')
    staying.cut()

    const resumed = await bob.open({ cursor: staying.cursor })
    await resumed.next('ready')
    t.same(resumed.texts, [])
    resumed.cut()
    const last = await bob.open()
    await last.next('ready')
    t.same(last.texts, [], 'what a cursor lies past was reached')
  })

  t.test('of what was kept the newest 200 come; the rest is in the history', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    const bob = await room.register('bob')
    const all = Array.from({ length: 203 }, (_, index) => `${index}`)
    await Promise.all(all.map((text) => keep(ann, 'bob', text)))
    const { body } = await ann.call('GET', '/v1/messages?limit=200')
    const stream = await bob.open()
    await stream.next('ready')
    t.same(stream.messages, body.messages)
  })

  t.test('heartbeats move the cursor past what one may not see', async (t) => {
    const room = await open(t, { settings: { heartbeatMs: 100 } })
    const [ann, bob, cid] = [
      await room.join('ann'),
      await room.register('bob'),
      await room.join('cid'),
    ]
    await keep(ann, 'bob', 'not for cid')
    await cid.stream.until(() => /^1-/.test(cid.stream.cursor ?? ''))
    t.same((await cid.stream.next('heartbeat')).data, {})
    await keep(ann, 'bob', 'nor this')
    await cid.stream.until(() => /^2-/.test(cid.stream.cursor ?? ''))
    t.same(cid.stream.texts, [])
    const resumed = await cid.open({ cursor: cid.stream.cursor })
    await resumed.next('ready')
    t.same(resumed.texts, [])
    t.equal(bob.username, 'bob')
  })

  t.test('all of one’s devices see what one sent; a message to oneself comes once', async (t) => {
    const room = await open(t)
    const desk = await room.join('ann')
    const bob = await room.join('bob')
    const pocket = await (await room.login('ann')).open()
    await pocket.next('ready')
    await desk.direct('bob', 'to bob')
    await desk.direct('ann', 'to myself')
    await desk.broadcast('to all')
    for (const stream of [desk.stream, pocket]) {
      await stream.next('message', ({ text }) => text === 'to all')
      t.same(stream.texts, ['to bob', 'to myself', 'to all'])
    }
    await bob.stream.next('message', ({ text }) => text === 'to all')
    t.same(bob.stream.texts, ['to bob', 'to all'])
  })

  t.test('a token for events opens streams again and again, and nothing else', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    const me = (await ann.call('GET', '/v1/me')).body
    const { status, body } = await ann.call('POST', '/v1/events/token')
    t.equal(status, 201)
    t.equal(body.expiresAt, me.session.expiresAt)
    const query = `?token=${body.token}`
    for (let times = 0; times < 2; times++) {
      const stream = await EventReader.open({ url: room.url, query })
      t.match((await stream.next('ready')).data, { user: 'ann' })
    }
    t.equal((await room.call('GET', `/v1/me${query}`)).status, 401)
    t.equal((await room.call('GET', '/v1/me', { token: body.token })).status, 401)
    t.equal((await room.call('GET', '/v1/events', { token: body.token })).status, 401)
    t.equal((await room.call('GET', `/v1/events?token=${ann.token}`)).status, 401)
  })

  t.test('the cursor of a page of history is where a stream goes on without a gap', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    for (const text of ['one', 'two', 'three']) await ann.broadcast(text)
    const newest = (await ann.call('GET', '/v1/messages?limit=2')).body
    await ann.broadcast('four')
    const stream = await ann.open({ cursor: newest.cursor })
    await stream.next('ready')
    t.same(stream.texts, ['four'])
    const after = (await ann.call('GET', '/v1/messages?after=0&limit=2')).body
    t.match(after, { messages: [{ text: 'one' }, { text: 'two' }], more: true })
    const further = await ann.open({ cursor: after.cursor })
    await further.next('ready')
    t.same(further.texts, ['three', 'four'])
    const last = (await ann.call('GET', '/v1/messages?after=2&limit=2')).body
    t.match(last, { messages: [{ text: 'three' }, { text: 'four' }], more: false })
    const end = await ann.open({ cursor: last.cursor })
    await end.next('ready')
    t.same(end.texts, [])
  })
}
