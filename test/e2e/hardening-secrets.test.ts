import fc from 'fast-check'
import t from 'tap'
import { EventReader } from '../support/event-reader.ts'
import { type Guest, openRoom, type Room } from '../support/room.ts'
import { exchange } from './bad-requests/exchange.ts'
import { ask, post } from './bad-requests/row.ts'
import { breakPasswordHash } from './support/break-password-hash.ts'
import { LogLines } from './support/log-lines.ts'
import { readUntil } from './support/spec-reader.ts'

const pieces = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  '\r\r',
  '\r\n\r\n',
  '\u2028',
  '\u2029',
  '\ufeff',
  ':',
  ' ',
  'data:',
  'data: {}',
  'id:',
  'id: 9-zzzzzzzz',
  'event: bye',
  'retry: 1',
  'event: bye\ndata: {"reason":"renew"}\n\n',
  '\r\nid: 0\r\nevent: message\r\ndata: x\r\n\r\n',
  '0\r\n\r\n',
  '"',
  '\\',
  '\\n',
  '</script>',
)
const texts = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 12 })
  .map((parts) => parts.join(''))
  .filter(
    (text) => /[^\s\p{DI}\u2800]/u.test(text) && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text),
  )

t.test('no text breaks the framing of the stream', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const headers = { authorization: `Bearer ${ann.token}` }
  const said: string[] = []
  const enough = (count: number) => (events: { type: string }[]) =>
    events.filter(({ type }) => type === 'message').length >= count
  const runs = 100
  const live = readUntil(`${room.url}/v1/events?lastEventId=0`, headers, enough(runs))
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const answer = await ann.broadcast(text)
      said.push(text)
      return answer.body.text === text
    }),
    { numRuns: runs },
  )
  const replay = readUntil(`${room.url}/v1/events?lastEventId=0`, headers, enough(runs))
  for (const { events, oddLines } of [await live, await replay]) {
    const messages = events.filter(({ type }) => type === 'message')
    t.strictSame(
      messages.map(({ data }) => JSON.parse(data).text),
      said,
      'every text comes back exactly',
    )
    t.same(oddLines, [], 'no line is anything but a field')
    t.ok(events.every(({ type }) => ['message', 'ready', 'presence'].includes(type)))
    t.strictSame(
      messages.map(({ lastEventId }) => Number(lastEventId.split('-')[0])),
      said.map((_, at) => at + 1),
      'every id is the log’s',
    )
  }
  const { body } = await ann.call('GET', `/v1/messages?limit=${runs}`)
  t.strictSame(
    body.messages.map(({ text }: { text: string }) => text),
    said,
  )
})

t.test('a direct message never reaches a third person', async (t) => {
  const room = await openRoom(t)
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  const cid = await room.join('cid')
  const secret = 'for bob alone'
  await ann.broadcast('to all')
  for (const to of ['bob', 'bob', 'BOB']) await ann.direct(to, secret)
  await bob.direct('ann', secret, { whenOffline: 'keep' })
  await ann.direct('ann', secret)
  const hidden = await ann.direct('bob', secret, {}, { 'idempotency-key': 'k' })
  await ann.broadcast('the end')

  await cid.stream.next('message', ({ text }) => text === 'the end')
  t.strictSame(cid.stream.texts, ['to all', 'the end'])
  for (const options of [{ cursor: '0' }, { cursor: '3' }, {}, { version: '1.0' as const }]) {
    const stream = await cid.open(options)
    const ready = await stream.next('ready')
    t.equal(ready.data.head, 8, 'the cursor passes over what is not for one to see')
    t.ok(stream.texts.every((text) => text !== secret))
    stream.cut()
  }

  const seen = async (query: string) => (await cid.call('GET', `/v1/messages?${query}`)).body
  t.match(await seen('limit=1&before=8'), { messages: [{ id: 1 }], more: false })
  t.match(await seen('limit=1&after=1'), { messages: [{ id: 8 }], more: false })
  for (const name of ['ann', 'bob', 'cid'])
    t.match(await seen(`with=${name}`), { messages: [], more: false })
  t.notOk(JSON.stringify(await seen('limit=200')).includes(secret))

  const lookUp = async (id: number) => {
    const { status, body } = await cid.call('GET', `/v1/messages/${id}`)
    return { ...body, status, requestId: '' }
  }
  t.match(await lookUp(hidden.body.id), { type: '/problems/not-found', status: 404 })
  t.same(await lookUp(hidden.body.id), await lookUp(999), 'as if it were not there')

  const same = await cid.direct('bob', secret, {}, { 'idempotency-key': 'k' })
  t.equal(same.status, 201)
  t.equal(same.headers.get('idempotent-replayed'), null, 'a key is its account’s')
  t.match(same.body, { from: 'cid', id: 9 })
})

t.test('passwords and tokens are in no line of the log, whatever goes wrong', async (t) => {
  const log = new LogLines()
  const room = await openRoom(t, {
    settings: { logLevel: 'trace' },
    tuning: { http: { logStream: log } },
  })
  const password = 'PASSWORD-one'
  const ann = await room.register('ann', password)
  const again = await room.login('ann', password)
  const { body: events } = await ann.call('POST', '/v1/events/token')
  const wanted = { name: 'A program', scopes: ['read'], password }
  const { body: program } = await ann.call('POST', '/v1/tokens', wanted)
  const tokens = [ann.token, again.token, events.token]
  for (const token of [events.token, program.token]) await goWrong(room, ann, token)
  await room.call('GET', '/v1/me', { token: program.token })
  await room.call('GET', '/v1/me', { token: program.token.slice(0, -1) })
  const own = await EventReader.open({ url: room.url, query: `?token=${events.token}` })
  await own.next('ready')
  await ann.broadcast('SECRET-text')
  breakPasswordHash(room.folder, 'ann')
  const broken = { username: 'ann', password }
  t.equal((await room.call('POST', '/v1/login', { body: broken })).status, 500)
  await again.call('POST', '/v1/logout')
  await ann.call('POST', '/v1/logout')
  await own.ended()
  await log.next('offline')
  await room.stop()

  const written = log.written.join('\n')
  t.match(written, /"event":"request completed"/, 'everything was logged')
  t.match(written, /"event":"internal error"/)
  t.notMatch(written, /PASSWORD-/)
  t.notMatch(written, /SECRET-text/)
  t.notMatch(written, /\$argon2id/)
  for (const token of tokens)
    for (const part of token.split('.').slice(1)) t.notOk(written.includes(part.slice(0, 40)))
  t.notOk(written.includes(program.token.slice(0, 26)), 'nor half of a program’s token')
})

/** Everything that people do with passwords and tokens and should not. */
async function goWrong(room: Room, ann: Guest, token: string): Promise<void> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const wrong: [method: string, path: string, body?: unknown, headers?: Record<string, string>][] =
    [
      ['POST', '/v1/login', { username: 'ann', password: 'PASSWORD-two' }],
      ['POST', '/v1/login', { username: 'nobody', password: 'PASSWORD-two' }],
      [
        'POST',
        '/v1/login',
        '{"username":"ann","password":"PASSWORD-two"',
        { 'content-type': 'application/json' },
      ],
      ['POST', '/v1/login', 'username=ann&password=PASSWORD-two', form],
      ['POST', '/v1/login', 'username=ann&password=PASSWORD-two', { 'content-type': 'text/plain' }],
      ['POST', '/v1/login?password=PASSWORD-two', { username: 'ann', password: 'PASSWORD-two' }],
      ['POST', '/v1/register', { username: 'ann', password: 'PASSWORD-two' }],
      [
        'POST',
        '/v1/register',
        { username: 'ann', password: 'PASSWORD-two', extra: 'PASSWORD-three' },
      ],
      ['GET', `/v1/me?token=${ann.token}`],
      ['GET', `/v1/nope?token=${ann.token}`],
      ['GET', `/v1/events?token=${ann.token}`],
      ['GET', `/v1/events%3Ftoken=${token}`],
      ['GET', `/v1/events;token=${token}`],
      ['GET', `/v1/events&token=${token}`],
      ['GET', `/v1/${token}`],
      ['GET', `/${token}/events`],
      ['GET', `/v1/events?token=${token}&presence=half`],
      ['DELETE', `/v1/events?token=${token}`],
      ['GET', '/v1/me', undefined, { authorization: `Basic ${ann.token}` }],
      ['GET', '/v1/me', undefined, { authorization: `Bearer ${ann.token}x` }],
    ]
  for (const [method, path, body, headers] of wrong)
    await room.call(method, path, { body, headers: headers ?? {} })
  for (const bytes of [
    ask('GET', `/%ff?token=${token}`),
    ask('GET', `/v1/events?token=${token}`, { lines: ['broken'] }),
    ask('FROBNICATE', `/v1/events?token=${token}`),
    ask('CONNECT', `${token}:443`),
    post(
      '/v1/login',
      { username: 'ann', password: 'PASSWORD-two' },
      { lines: ['Content-Length: 1'] },
    ),
  ])
    await exchange(room.url, bytes)
}

t.test('an unknown name costs the same work as a wrong password', async (t) => {
  const room = await openRoom(t)
  await room.register('ann')
  const times: Record<string, number[]> = { ann: [], nobody: [] }
  for (let round = 0; round < 7; round++)
    for (const [username, taken] of Object.entries(times)) {
      const began = performance.now()
      await room.call('POST', '/v1/login', { body: { username, password: 'wrong-password' } })
      taken.push(performance.now() - began)
    }
  const [known, unknown] = Object.values(times).map(
    (taken) => taken.sort((a, b) => a - b)[3] as number,
  ) as [number, number]
  t.ok(unknown > known / 2 && unknown < known * 2, `${unknown} ms and ${known} ms`)
})
