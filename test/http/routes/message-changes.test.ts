import t, { type Test } from 'tap'
import { problem, serve } from '../support/server.ts'

/** A server with one message of Ann's, and her calls to it. */
async function open(t: Test) {
  const server = await serve(t)
  const ann = await server.join('ann')
  const call = (method: string, path: string, init = {}, headers = {}) =>
    server.call(method, path, { headers: { ...ann, ...headers }, ...init })
  await call('POST', '/v1/messages/broadcast', { json: { text: 'hi' } })
  return { server, call, asked: () => server.chat.changesAsked.splice(0) }
}

t.test('a message is edited with JSON or a form', async (t) => {
  const { call, asked } = await open(t)
  const json = { text: 'ho', metadata: { a: [1, { b: null }] } }
  const edited = await call('PATCH', '/v1/messages/1', { json })
  t.equal(edited.status, 200)
  t.match(edited.body, { id: 1, kind: 'broadcast', from: 'ann', text: 'hi' })
  t.same(asked(), [
    ['parseEdit', 1, json],
    ['change', 'ann', 'edit'],
  ])
  await call('PATCH', '/v1/messages/1', { json: { metadata: null } })
  t.same(asked()[0], ['parseEdit', 1, { metadata: null }])
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const sent = { body: 'text=fish+%26+chips&metadata=%7B%22a%22%3A%5B1%5D%7D' }
  t.equal((await call('PATCH', '/v1/messages/1', sent, form)).status, 200)
  t.same(asked()[0], ['parseEdit', 1, { text: 'fish & chips', metadata: { a: [1] } }])
  await call('PATCH', '/v1/messages/1', { body: 'metadata=null' }, form)
  t.same(asked()[0], ['parseEdit', 1, { metadata: null }])
  await call('PATCH', '/v1/messages/1')
  t.same(asked()[0], ['parseEdit', 1, {}])
})

t.test('an edit is refused by its fields', async (t) => {
  const { call, asked } = await open(t)
  const rule = 'must be a JSON object, or null to take it away'
  for (const metadata of [[], 'text', 1, true]) {
    const refused = await call('PATCH', '/v1/messages/1', { json: { metadata } })
    t.match(problem(t, refused, 400, 'invalid-request').errors, [
      { pointer: '/metadata', detail: rule },
    ])
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const metadata of ['', 'text', '[]', '1', '{', '{"a":1,"a":2}']) {
    const body = `metadata=${encodeURIComponent(metadata)}`
    const refused = await call('PATCH', '/v1/messages/1', { body }, form)
    t.match(problem(t, refused, 400, 'invalid-request').errors, [
      { pointer: '/metadata', detail: rule },
    ])
  }
  const twice = { body: '{"metadata":{"a":1,"a":2}}' }
  const json = { 'content-type': 'application/json' }
  t.match(
    problem(t, await call('PATCH', '/v1/messages/1', twice, json), 400, 'invalid-request').errors,
    [{ pointer: '/metadata/a', detail: 'must be given only once' }],
  )
  const unknown = await call('PATCH', '/v1/messages/1', { json: { replyTo: 1 } })
  t.match(problem(t, unknown, 400, 'invalid-request').errors, [
    { pointer: '/replyTo', detail: /the fields are text, metadata/ },
  ])
  problem(t, await call('PATCH', '/v1/messages/x', { json: {} }), 400, 'invalid-request')
  t.same(asked(), [])
})

t.test('a message is deleted, whatever the body', async (t) => {
  const { call, asked } = await open(t)
  const deleted = await call('DELETE', '/v1/messages/1', { body: 'anything' })
  t.same([deleted.status, deleted.body], [204, ''])
  t.same(asked(), [['delete', 'ann', 1]])
})

t.test('a reaction stands in the path', async (t) => {
  const { call, asked } = await open(t)
  const path = `/v1/messages/1/reactions/${encodeURIComponent('👩🏽‍❤️‍💋‍👨🏿')}`
  t.equal((await call('PUT', path)).status, 204)
  t.equal((await call('DELETE', path)).status, 204)
  t.same(asked(), [
    ['parseReaction', 'react', 1, '👩🏽‍❤️‍💋‍👨🏿'],
    ['change', 'ann', 'react'],
    ['parseReaction', 'unreact', 1, '👩🏽‍❤️‍💋‍👨🏿'],
    ['change', 'ann', 'unreact'],
  ])
  problem(t, await call('PUT', '/v1/messages/1/reactions/%00'), 400, 'invalid-request')
  problem(t, await call('PUT', '/v1/messages/1/reactions/%F0%9F'), 400, 'malformed-request')
  problem(t, await call('PUT', '/v1/messages/0/reactions/a'), 400, 'invalid-request')
  t.same(asked(), [])
})

t.test('a post takes a reply and metadata, also in a form', async (t) => {
  const { server, call } = await open(t)
  const posted = { text: 'yes', replyTo: 1, metadata: { a: '\u0001' } }
  const answers = [
    await call('POST', '/v1/messages/broadcast', { json: posted }),
    await call('POST', '/v1/messages/direct', { json: { to: 'ann', ...posted } }),
    await call('POST', '/v1/rooms/tea/messages', { json: posted }),
    await call(
      'POST',
      '/v1/messages/broadcast',
      { body: `text=yes&replyTo=1&metadata=${encodeURIComponent('{"a":"\\u0001"}')}` },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ),
  ]
  t.same(
    answers.map(({ status }) => status),
    [201, 201, 201, 201],
  )
  const { contents } = server.chat
  t.same(
    contents.slice(1).map(({ replyTo, metadata }) => ({ replyTo, metadata })),
    Array(4).fill({ replyTo: 1, metadata: { a: '\u0001' } }),
  )
  for (const wrong of [{ metadata: null }, { metadata: [] }, { replyTo: 0 }, { replyTo: '1' }]) {
    const json = { text: 'yes', ...wrong }
    const refused = await call('POST', '/v1/messages/broadcast', { json })
    const [field] = Object.keys(wrong)
    t.match(problem(t, refused, 400, 'invalid-request').errors, [{ pointer: `/${field}` }])
  }
})

t.test('each change counts as a post', async (t) => {
  const server = await serve(t, { messagesPerMinute: 4 })
  const headers = await server.join('ann')
  await server.call('POST', '/v1/messages/broadcast', { headers, json: { text: 'hi' } })
  const change = (method: string, path: string, init = {}) =>
    server.call(method, `/v1/messages/1${path}`, { headers, ...init })
  t.equal((await change('PATCH', '', { json: { text: 'ho' } })).status, 200)
  t.equal((await change('PUT', '/reactions/x')).status, 204)
  t.equal((await change('DELETE', '/reactions/x')).status, 204)
  problem(t, await change('DELETE', ''), 429, 'too-many-requests')
  problem(t, await change('PATCH', '', { json: { text: 'hu' } }), 429, 'too-many-requests')
})

t.test('without a token nothing changes', async (t) => {
  const { server, asked } = await open(t)
  for (const [method, path] of [
    ['PATCH', '/v1/messages/1'],
    ['DELETE', '/v1/messages/1'],
    ['PUT', '/v1/messages/1/reactions/x'],
    ['DELETE', '/v1/messages/1/reactions/x'],
  ] as const)
    problem(t, await server.call(method, path), 401, 'unauthorized')
  t.same(asked(), [])
})
