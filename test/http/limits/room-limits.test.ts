import t, { type Test } from 'tap'
import { Problem } from '../../../src/chat/problems.ts'
import type { HttpSettings } from '../../../src/http/services.ts'
import { problem, type Server, serve } from '../support/server.ts'

async function open(t: Test, settings: Partial<HttpSettings>) {
  const server = await serve(t, settings)
  const headers = await server.join('ann')
  const call = (method: string, path: string, json?: unknown) =>
    server.call(method, `/v1/rooms${path}`, { headers, ...(json !== undefined && { json }) })
  return { server, rooms: server.chat.rooms, call, make: () => call('POST', '', { name: 'tea' }) }
}

function refused(t: Test, answer: Awaited<ReturnType<Server['call']>>, told: RegExp) {
  t.match(problem(t, answer, 429, 'too-many-requests').detail, told)
  t.match(answer.headers.get('retry-after'), /^[1-9]\d*$/)
}

t.test('each call that writes to a room counts as a message', async (t) => {
  const writes = [
    ['POST', '', { name: 'tea' }],
    ['PATCH', '/tea', {}],
    ['DELETE', '/tea'],
    ['PUT', '/tea/members/ann'],
    ['PUT', '/tea/members/bob'],
    ['DELETE', '/tea/members/bob'],
    ['PUT', '/tea/bans/bob'],
    ['DELETE', '/tea/bans/bob'],
    ['POST', '/tea/messages', { text: 'hi' }],
  ] as const
  const { rooms, call } = await open(t, { messagesPerMinute: writes.length })
  for (const [method, path, json] of writes) t.ok((await call(method, path, json)).status < 300)
  rooms.calls.length = 0
  for (const [method, path, json] of writes)
    refused(
      t,
      await call(method, path, json),
      /One account may write 9 times a minute: messages, and all that changes a message, a room or the account/,
    )
  t.same(rooms.calls, [], 'nothing was done')
  t.equal((await call('GET', '/tea')).status, 200, 'reading goes on')
})

t.test('each call that reads a room counts as a read', async (t) => {
  const reads = ['', '/tea', '/tea/members', '/tea/bans', '/tea/messages']
  const { call } = await open(t, { readsPerMinute: reads.length })
  for (const path of reads) t.equal((await call('GET', path)).status, 200)
  for (const path of reads) refused(t, await call('GET', path), /reads a minute/)
})

t.test('an invalid call is refused before the limits, and costs nothing', async (t) => {
  const { call, make } = await open(t, { messagesPerMinute: 1 })
  for (let at = 0; at < 3; at++) {
    problem(t, await call('POST', '', {}), 400, 'invalid-request')
    problem(t, await call('PATCH', '/tea', { colour: 1 }), 400, 'invalid-request')
    problem(t, await call('GET', '/tea/messages?after=1&before=0'), 400, 'invalid-request')
  }
  t.equal((await make()).status, 201)
  problem(t, await call('POST', '', {}), 400, 'invalid-request')
})

t.test('rooms are limited by day, and only those that were made count', async (t) => {
  const { rooms, make, call } = await open(t, { roomsCreatedPerDay: 2 })
  rooms.made = { ...rooms.made, replayed: true }
  for (let at = 0; at < 3; at++) t.equal((await make()).status, 201, 'a replay')
  rooms.refusal = new Problem('room-name-taken', 'Taken.')
  for (let at = 0; at < 3; at++) t.equal((await make()).status, 409, 'a refusal')
  rooms.refusal = undefined
  rooms.made = { ...rooms.made, replayed: false }
  t.equal((await make()).status, 201)
  rooms.refusal = new Problem('outcome-unknown', 'Lost.')
  t.equal((await make()).status, 503, 'what may have been made counts')
  rooms.refusal = undefined
  const answer = await make()
  refused(t, answer, /One account may make 2 rooms a day/)
  rooms.made = { ...rooms.made, replayed: true }
  t.equal((await make()).status, 201, 'a replay is answered past the limit')
  t.ok(Number(answer.headers.get('retry-after')) > 86_000)
  t.equal((await call('PATCH', '/tea', {})).status, 200)
})

t.test('a replay costs no message, and the limit of messages costs no room', async (t) => {
  const { rooms, make } = await open(t, { messagesPerMinute: 1, roomsCreatedPerDay: 1 })
  rooms.made = { ...rooms.made, replayed: true }
  for (let at = 0; at < 3; at++) t.equal((await make()).status, 201)
  rooms.made = { ...rooms.made, replayed: false }
  t.equal((await make()).status, 201)
  refused(t, await make(), /rooms a day/)
  rooms.made = { ...rooms.made, replayed: true }
  t.equal((await make()).status, 201)
})

t.test('a replay is answered when no messages are left, and takes no room', async (t) => {
  const { rooms, make, call } = await open(t, { messagesPerMinute: 1, roomsCreatedPerDay: 1 })
  t.equal((await call('PATCH', '/tea', {})).status, 200)
  refused(t, await make(), /One account may write \d+ times a minute/)
  rooms.made = { ...rooms.made, replayed: true }
  for (let at = 0; at < 3; at++) t.equal((await make()).status, 201)
})

t.test('people are added so many times an hour, and only who is new counts', async (t) => {
  const { rooms, call } = await open(t, { addsPerHour: 1 })
  const add = (name: string) => call('PUT', `/tea/members/${name}`)
  rooms.joined = false
  for (let at = 0; at < 3; at++) t.equal((await add('bob')).status, 200, 'a member already')
  rooms.refusal = new Problem('unknown-person', 'Nobody.')
  for (let at = 0; at < 3; at++) t.equal((await add('bob')).status, 404)
  rooms.refusal = undefined
  rooms.joined = true
  t.equal((await add('bob')).status, 200)
  refused(t, await add('cid'), /One account may add 1 people to rooms an hour/)
  rooms.joined = false
  t.equal((await add('bob')).status, 200, 'the role of a member changes past the limit')
  for (const own of ['ann', 'ANN']) t.equal((await add(own)).status, 200, 'joining does not count')
})
