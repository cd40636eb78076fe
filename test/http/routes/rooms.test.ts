import t, { type Test } from 'tap'
import { Problem } from '../../../src/chat/problems.ts'
import { tea } from '../support/fake-rooms.ts'
import { problem, serve } from '../support/server.ts'

const epoch = '1970-01-01T00:00:00.000Z'
const second = '1970-01-01T00:00:01.000Z'
const { id: _, ...rest } = tea
const teaRoom = { ...rest, createdAt: epoch, role: 'owner', joinedAt: second }
const bob = { username: 'bob', role: 'member', joinedAt: second, online: true }

/** A server and Ann's calls to it; `asked` are those that reached the chat since the last time. */
async function open(t: Test) {
  const server = await serve(t)
  const ann = await server.join('ann')
  const { rooms } = server.chat
  const call = (method: string, path: string, json?: unknown, headers = {}, init = {}) =>
    server.call(method, path, {
      headers: { ...ann, ...headers },
      ...init,
      ...(json !== undefined && { json }),
    })
  return { server, rooms, call, asked: () => rooms.calls.splice(0) }
}

t.test('a room is made, and the answer says where it is', async (t) => {
  const { rooms, call, asked } = await open(t)
  const wanted = {
    name: 'Tea',
    title: 'The tea room',
    topic: 'Leaves',
    access: 'private',
    history: 'since-joined',
  }
  const made = await call('POST', '/v1/rooms', wanted)
  t.equal(made.status, 201)
  t.same(made.body, teaRoom)
  t.equal(made.headers.get('location'), '/v1/rooms/Tea%20%E2%98%95')
  t.equal(made.headers.get('idempotent-replayed'), null)
  t.match(asked(), [['create', 'ann', { room: wanted, idempotency: null }]])

  rooms.made = { room: { name: 'tea' }, replayed: true }
  const again = await call('POST', '/v1/rooms', { name: 'tea' }, { 'idempotency-key': 'k' })
  t.equal(again.status, 201)
  t.same(again.body, { name: 'tea' }, 'its name alone where it may not be read any more')
  t.equal(again.headers.get('location'), '/v1/rooms/tea')
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  t.match(asked(), [['create', 'ann', { idempotency: { key: 'k' } }]])
})

t.test('a body of a new room is refused by its fields', async (t) => {
  const { call, asked } = await open(t)
  const body = { title: 1, access: 'secret', history: 'none', colour: 'red' }
  const refused = problem(t, await call('POST', '/v1/rooms', body), 400, 'invalid-request')
  t.match(refused.errors, [
    { pointer: '/name', detail: 'is missing; it must be a string' },
    { pointer: '/title', detail: 'must be a string' },
    { pointer: '/access', detail: 'must be "open" or "private"' },
    { pointer: '/history', detail: 'must be "all" or "since-joined"' },
    { pointer: '/colour', detail: /the fields are name, title, topic, access, history/ },
  ])
  const key = await call('POST', '/v1/rooms', { name: 'tea' }, { 'idempotency-key': 'a b' })
  t.match(problem(t, key, 400, 'invalid-request').errors, [{ parameter: 'Idempotency-Key' }])
  problem(t, await call('POST', '/v1/rooms'), 400, 'invalid-request')
  t.same(asked(), [])
})

t.test('rooms are listed and read', async (t) => {
  const { rooms, call, asked } = await open(t)
  const page = await call('GET', '/v1/rooms')
  t.same([page.status, page.body], [200, { rooms: [teaRoom], more: true }])
  await call('GET', '/v1/rooms?joined=true&q=te&after=Rum&limit=200')
  await call('GET', '/v1/rooms?joined=false')
  rooms.view = { room: tea, membership: null }
  const { role: __, joinedAt: ___, ...everyones } = teaRoom
  const found = await call('GET', '/v1/rooms/Tea%20%E2%98%95')
  t.same([found.status, found.body], [200, everyones])
  t.same(asked(), [
    ['list', 'ann', { limit: 50 }],
    ['list', 'ann', { limit: 200, joined: true, q: 'te', after: 'Rum' }],
    ['list', 'ann', { limit: 50, joined: false }],
    ['find', 'ann', 'Tea ☕'],
  ])
})

t.test('a room is changed and deleted', async (t) => {
  const { server, call, asked } = await open(t)
  const changes = { title: 'Chai', topic: '', archived: true, access: 'private' }
  const changed = await call('PATCH', '/v1/rooms/tea', changes)
  t.same([changed.status, changed.body], [200, teaRoom])
  await call('PATCH', '/v1/rooms/tea', {})
  const { headers } = await call('GET', '/v1/rooms/tea')
  t.equal(headers.get('location'), null)
  const deleted = await call('DELETE', '/v1/rooms/tea')
  t.same([deleted.status, deleted.body], [204, ''])
  t.same(asked(), [
    ['update', 'ann', 'tea', changes],
    ['update', 'ann', 'tea', {}],
    ['find', 'ann', 'tea'],
    ['delete', 'ann', 'tea'],
  ])
  const wrong = await call('PATCH', '/v1/rooms/tea', { archived: 'true', history: 'all' })
  t.match(problem(t, wrong, 400, 'invalid-request').errors, [
    { pointer: '/archived', detail: 'must be true or false' },
    { pointer: '/history', detail: /not known here/ },
  ])
  const put = await call('PUT', '/v1/rooms/tea', {})
  t.equal(
    problem(t, put, 405, 'method-not-allowed') && put.headers.get('allow'),
    'DELETE, GET, HEAD, PATCH',
  )
  const anonymous = await server.call('DELETE', '/v1/rooms/tea')
  problem(t, anonymous, 401, 'unauthorized')
  t.same(asked(), [])
})

t.test('a form has true and false as words', async (t) => {
  const { call, asked } = await open(t)
  const form = (body: string) =>
    call('PATCH', '/v1/rooms/tea', undefined, {}, { body: new URLSearchParams(body) })
  t.equal((await form('archived=true&title=true')).status, 200)
  t.equal((await form('archived=false')).status, 200)
  t.same(asked(), [
    ['update', 'ann', 'tea', { archived: true, title: 'true' }],
    ['update', 'ann', 'tea', { archived: false }],
  ])
  const wrong = await form('archived=yes&colour=red')
  t.match(problem(t, wrong, 400, 'invalid-request').errors, [
    { pointer: '/archived', detail: 'must be true or false' },
    { pointer: '/colour', detail: /an "&" inside a value must be sent as %26/ },
  ])
})

t.test('members are listed, joined, added, given a role and removed', async (t) => {
  const { call, asked } = await open(t)
  const page = await call('GET', '/v1/rooms/tea/members')
  t.same([page.status, page.body], [200, { members: [bob], count: 3, more: true }])
  await call('GET', '/v1/rooms/tea/members?limit=1000&after=Bob')
  const put = await call('PUT', '/v1/rooms/tea/members/ANN')
  t.same([put.status, put.body], [200, bob])
  await call('PUT', '/v1/rooms/tea/members/b%C3%B6b', { role: 'moderator' })
  await call('PUT', '/v1/rooms/tea/members/bob', {})
  const removed = await call('DELETE', '/v1/rooms/tea/members/bob')
  t.same([removed.status, removed.body], [204, ''])
  t.same(asked(), [
    ['members', 'ann', 'tea', { limit: 100 }],
    ['members', 'ann', 'tea', { limit: 1000, after: 'Bob' }],
    ['putMember', 'ann', 'tea', 'ANN', undefined],
    ['putMember', 'ann', 'tea', 'böb', 'moderator'],
    ['putMember', 'ann', 'tea', 'bob', undefined],
    ['removeMember', 'ann', 'tea', 'bob'],
  ])
  const wrong = await call('PUT', '/v1/rooms/tea/members/bob', { role: 'king' })
  t.match(problem(t, wrong, 400, 'invalid-request').errors, [
    { pointer: '/role', detail: 'must be "member" or "moderator" or "owner"' },
  ])
})

t.test('bans are listed, made and lifted', async (t) => {
  const { call, asked } = await open(t)
  const page = await call('GET', '/v1/rooms/tea/bans?limit=5')
  t.same(page.body, { bans: [{ username: 'bob', by: 'ann', at: second }], more: false })
  t.equal((await call('PUT', '/v1/rooms/tea/bans/bob')).status, 204)
  t.equal((await call('DELETE', '/v1/rooms/tea/bans/bob')).status, 204)
  t.same(asked(), [
    ['bans', 'ann', 'tea', { limit: 5 }],
    ['ban', 'ann', 'tea', 'bob'],
    ['unban', 'ann', 'tea', 'bob'],
  ])
})

t.test('messages are sent to a room and listed', async (t) => {
  const { server, call } = await open(t)
  const said = await call('POST', '/v1/rooms/tea/messages', { text: 'hi' })
  t.equal(said.status, 201)
  t.match(said.body, { id: 1, kind: 'room', room: 'tea', from: 'ann', text: 'hi', sentAt: /Z$/ })
  t.notOk('to' in said.body)
  t.equal(said.headers.get('location'), '/v1/messages/1')
  const keyed = { 'idempotency-key': 'k' }
  await call('POST', '/v1/rooms/tea/messages', { text: 'once' }, keyed)
  const again = await call('POST', '/v1/rooms/tea/messages', { text: 'once' }, keyed)
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  const { body } = await call('GET', '/v1/rooms/Tea/messages?after=0&limit=2')
  t.match(body, { messages: [said.body, { text: 'once' }], more: false, cursor: '2-00000000' })
  await call('GET', '/v1/rooms/tea/messages')
  t.same(server.chat.pagesWanted, [
    { limit: 2, after: 0, room: 'Tea' },
    { limit: 50, room: 'tea' },
  ])
  for (const path of ['/v1/rooms/tea/messages?with=bob', '/v1/messages?room=tea'])
    problem(t, await call('GET', path), 400, 'invalid-request')
})

t.test('an invalid parameter is refused by name', async (t) => {
  const { call, asked } = await open(t)
  const refused: [string, string, RegExp][] = [
    ['/v1/rooms?limit=201', 'limit', /from 1 to 200/],
    ['/v1/rooms?joined=yes', 'joined', /^must be true or false$/],
    ['/v1/rooms?joined=', 'joined', /true or false/],
    ['/v1/rooms?joined=constructor', 'joined', /true or false/],
    [`/v1/rooms?q=${'x'.repeat(161)}`, 'q', /beginning of a name or a title/],
    [`/v1/rooms?after=${'x'.repeat(65)}`, 'after', /name of a room/],
    ['/v1/rooms?foo=1', 'foo', /the parameters are joined, q, limit, after/],
    ['/v1/rooms/tea?foo=1', 'foo', /takes no parameters/],
    ['/v1/rooms/a%00b', 'room', /U\+0000/],
    ['/v1/rooms/tea/members?limit=1001', 'limit', /from 1 to 1000/],
    ['/v1/rooms/tea/bans?limit=0', 'limit', /from 1 to 1000/],
    [`/v1/rooms/tea/bans?after=${'x'.repeat(65)}`, 'after', /username/],
    ['/v1/rooms/tea/messages?limit=0', 'limit', /from 1 to 200/],
  ]
  for (const [path, parameter, detail] of refused)
    t.match(
      problem(t, await call('GET', path), 400, 'invalid-request').errors,
      [{ parameter, detail }],
      path,
    )
  for (const path of ['/v1/rooms/', '/v1/rooms/tea/members/', '/v1/rooms/tea/guests'])
    problem(t, await call('GET', path), 404, 'not-found')
  t.same(asked(), [])
})

t.test('what the rules refuse is answered with its code', async (t) => {
  const { rooms, call } = await open(t)
  const refusals = {
    'unknown-room': 404,
    'unknown-person': 404,
    forbidden: 403,
    'not-a-member': 403,
    'room-name-taken': 409,
    'room-archived': 409,
    'cannot-open': 409,
    'last-owner': 409,
    'too-many-rooms': 409,
    'room-full': 409,
    'outcome-unknown': 503,
  } as const
  const calls = [
    ['POST', '/v1/rooms', { name: 'tea' }],
    ['GET', '/v1/rooms/tea'],
    ['PATCH', '/v1/rooms/tea', {}],
    ['DELETE', '/v1/rooms/tea'],
    ['GET', '/v1/rooms/tea/members'],
    ['PUT', '/v1/rooms/tea/members/ann'],
    ['PUT', '/v1/rooms/tea/members/bob'],
    ['DELETE', '/v1/rooms/tea/members/bob'],
    ['GET', '/v1/rooms/tea/bans'],
    ['PUT', '/v1/rooms/tea/bans/bob'],
    ['DELETE', '/v1/rooms/tea/bans/bob'],
  ] as const
  for (const [code, status] of Object.entries(refusals)) {
    rooms.refusal = new Problem(code as keyof typeof refusals, 'No.')
    for (const [method, path, json] of calls)
      problem(t, await call(method, path, json), status, code)
  }
})
