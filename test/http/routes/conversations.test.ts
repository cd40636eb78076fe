import t, { type Test } from 'tap'
import { Problem } from '../../../src/chat/problems.ts'
import type { HttpSettings } from '../../../src/http/services.ts'
import { problem, serve } from '../support/server.ts'

const direct = {
  id: 'direct:bob',
  last: null,
  lastId: 0,
  readUpTo: 0,
  unread: 0,
  mentioned: 0,
  muted: false,
  asOf: 7,
}

/** A server and Ann's calls to it; `asked` are those that reached the chat since the last time. */
async function open(t: Test, settings: Partial<HttpSettings> = {}) {
  const server = await serve(t, settings)
  const headers = await server.join('ann')
  const { conversations } = server.chat
  const call = (method: string, path: string, json?: unknown, init = {}) =>
    server.call(method, `/v1/conversations${path}`, {
      headers,
      ...init,
      ...(json !== undefined && { json }),
    })
  return { server, conversations, call, asked: () => conversations.calls.splice(0) }
}

t.test('conversations are listed', async (t) => {
  const { call, asked } = await open(t)
  const { status, body } = await call('GET', '')
  t.equal(status, 200)
  t.same(body, { conversations: [direct], more: true, cursor: '7-00000000' })
  await call('GET', '?before=12&limit=200')
  await call('GET', '?before=0,direct:N%C3%ADkos&limit=1')
  t.same(asked(), [
    ['list', 'ann', { before: null, limit: 50 }],
    ['list', 'ann', { before: { lastId: 12, id: null }, limit: 200 }],
    ['list', 'ann', { before: { lastId: 0, id: 'direct:Níkos' }, limit: 1 }],
  ])
})

t.test('a query of conversations is refused by its parameters', async (t) => {
  const { call, asked } = await open(t)
  for (const before of ['', '01', '1,', '1,tea', '9007199254740992', ',everyone', '-1', 'x'])
    t.match(
      problem(t, await call('GET', `?before=${before}`), 400, 'invalid-request').errors,
      [{ parameter: 'before', detail: /lastId of a conversation/ }],
      before,
    )
  const long = await call('GET', `?limit=201&before=1,room:${'x'.repeat(100)}`)
  t.match(problem(t, long, 400, 'invalid-request').errors, [
    { parameter: 'limit', detail: 'must be a whole number from 1 to 200' },
    { parameter: 'before' },
  ])
  t.same(asked(), [])
})

t.test('a conversation is read and muted', async (t) => {
  const { conversations, call, asked } = await open(t)
  const found = await call('GET', '/direct:Bob')
  t.same([found.status, found.body], [200, direct])
  const muted = await call('PATCH', '/everyone', { muted: true })
  t.same([muted.status, muted.body], [200, { ...direct, muted: true }])
  await call('PATCH', '/room:Tea%20%E2%98%95', undefined, {
    body: new URLSearchParams('muted=false'),
  })
  t.same(asked(), [
    ['find', 'ann', { type: 'direct', username: 'Bob' }],
    ['mute', 'ann', { type: 'everyone' }, true],
    ['mute', 'ann', { type: 'room', room: 'Tea ☕' }, false],
  ])
  const { conversation } = conversations
  conversations.conversation = {
    ...conversation,
    ref: { type: 'room', room: { id: 9, name: 'Tea' } },
    title: 'The tea room',
  }
  const { body } = await call('GET', '/room:tea')
  t.same(body, { ...direct, id: 'room:Tea', title: 'The tea room' })
  const wrong = await call('PATCH', '/everyone', { muted: 1, colour: 'red' })
  t.match(problem(t, wrong, 400, 'invalid-request').errors, [
    { pointer: '/muted', detail: 'must be true or false' },
    { pointer: '/colour', detail: /the fields are muted/ },
  ])
})

t.test('a conversation is marked as read up to an id or a cursor', async (t) => {
  const { conversations, call, asked } = await open(t)
  const sent = [0, 12, '12', '12-mh4k2c9z', '0']
  for (const upTo of sent) {
    const { status, body } = await call('PUT', '/everyone/read', { upTo })
    t.same([status, body], [204, ''])
  }
  await call('PUT', '/direct:bob/read', undefined, { body: new URLSearchParams('upTo=7') })
  const everyone = { type: 'everyone' }
  t.same(asked(), [
    ['markRead', 'ann', everyone, { id: 0, epoch: null }],
    ['markRead', 'ann', everyone, { id: 12, epoch: null }],
    ['markRead', 'ann', everyone, { id: 12, epoch: null }],
    ['markRead', 'ann', everyone, { id: 12, epoch: 'mh4k2c9z' }],
    ['markRead', 'ann', everyone, { id: 0, epoch: null }],
    ['markRead', 'ann', { type: 'direct', username: 'bob' }, { id: 7, epoch: null }],
  ])
  for (const upTo of [-1, 1.5, 2 ** 53, '', '01', '1-', 'x', null, true, {}, [1]]) {
    const refused = await call('PUT', '/everyone/read', { upTo })
    t.match(problem(t, refused, 400, 'invalid-request').errors, [
      { pointer: '/upTo', detail: /^must be an id, .* or a cursor as the server sent it$/ },
    ])
  }
  t.match(problem(t, await call('PUT', '/everyone/read', {}), 400, 'invalid-request').errors, [
    { pointer: '/upTo', detail: /^is missing; it must be an id/ },
  ])
  t.same(asked(), [])
  conversations.refusal = new Problem('stale-cursor', 'Past the head.')
  const stale = await call('PUT', '/everyone/read', { upTo: 8 })
  t.equal(problem(t, stale, 409, 'stale-cursor').detail, 'Past the head.')
})

t.test('who is typing says so, but not to everyone', async (t) => {
  const { call, asked } = await open(t)
  const { status, body } = await call('POST', '/room:tea/typing')
  t.same([status, body], [204, ''])
  t.equal((await call('POST', '/direct:bob/typing', { any: 'body' })).status, 204)
  t.same(asked(), [
    ['tellTyping', 'ann', { type: 'room', room: 'tea' }],
    ['tellTyping', 'ann', { type: 'direct', username: 'bob' }],
  ])
  const refused = await call('POST', '/everyone/typing')
  t.match(problem(t, refused, 400, 'invalid-request').errors, [
    { parameter: 'conversation', detail: 'must be a room or a direct conversation for this call' },
  ])
})

t.test('an id of no conversation is refused with what would be right', async (t) => {
  const { call, asked } = await open(t)
  const calls = [
    ['GET', ''],
    ['PATCH', '', { muted: true }],
    ['PUT', '/read', { upTo: 1 }],
    ['POST', '/typing'],
  ] as const
  for (const id of ['Everyone', 'tea', 'rooms:tea', 'direct', '12'])
    for (const [method, path, json] of calls)
      t.match(
        problem(t, await call(method, `/${id}${path}`, json), 400, 'invalid-request').errors,
        [{ parameter: 'conversation', detail: /"everyone", "room:" and .*, or "direct:"/ }],
      )
  t.same(asked(), [])
})

t.test('each call of conversations counts as a read, unless it is invalid', async (t) => {
  const calls = [
    ['GET', ''],
    ['GET', '/everyone'],
    ['PATCH', '/everyone', { muted: true }],
    ['PUT', '/everyone/read', { upTo: 1 }],
    ['POST', '/room:tea/typing'],
  ] as const
  const { call, asked } = await open(t, { readsPerMinute: calls.length, messagesPerMinute: 1 })
  problem(t, await call('GET', '?before=x'), 400, 'invalid-request')
  problem(t, await call('GET', '/tea'), 400, 'invalid-request')
  problem(t, await call('PUT', '/everyone/read', {}), 400, 'invalid-request')
  problem(t, await call('POST', '/everyone/typing'), 400, 'invalid-request')
  for (const [method, path, json] of calls) t.ok((await call(method, path, json)).status < 300)
  asked()
  for (const [method, path, json] of calls)
    t.match(
      problem(t, await call(method, path, json), 429, 'too-many-requests').detail,
      /One account may make 5 reads a minute/,
    )
  t.same(asked(), [], 'nothing was done')
})

t.test('without a token nothing is told', async (t) => {
  const { server } = await open(t)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/everyone'],
    ['PUT', '/everyone/read'],
    ['POST', '/room:tea/typing'],
  ] as const)
    problem(t, await server.call(method, `/v1/conversations${path}`), 401, 'unauthorized')
})
