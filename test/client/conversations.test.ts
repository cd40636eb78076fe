import t from 'tap'
import { openDouble } from './double.ts'
import { outcomeOf } from './scenarios/scenario.ts'

const conversation = {
  id: 'room:tea & cake',
  title: 'Tea',
  last: null,
  lastId: 7,
  readUpTo: 0,
  unread: 0,
  mentioned: 0,
  muted: false,
  asOf: 9,
}

t.test('conversations are listed page by page', async (t) => {
  const page = { conversations: [conversation], more: true, cursor: '9-mh4k2c9z' }
  const { client, requests } = await openDouble(t, () => ({ status: 200, body: page }))
  const first = await client.conversations.list({ limit: 1 })
  t.same(first, page)
  await client.conversations.list({ before: first.conversations.at(-1) })
  await client.conversations.list()
  t.same(requests, [
    'GET /v1/conversations?limit=1',
    'GET /v1/conversations?before=7%2Croom%3Atea+%26+cake',
    'GET /v1/conversations',
  ])
})

t.test('a conversation is read and muted', async (t) => {
  const { client, requests } = await openDouble(t, () => ({ status: 200, body: conversation }))
  t.same(await client.conversations.get('direct:ann/bob'), conversation)
  t.same(await client.conversations.mute('everyone', true), conversation)
  t.same(requests, [
    'GET /v1/conversations/direct%3Aann%2Fbob',
    'PATCH /v1/conversations/everyone {"muted":true}',
  ])
})

t.test('a conversation is marked as read, and typed in', async (t) => {
  let status = 204
  const { client, requests } = await openDouble(t, () => ({ status }))
  await client.conversations.read('everyone', 7)
  await client.conversations.read('everyone', '9-mh4k2c9z')
  await client.conversations.typing('room:tea')
  t.same(requests.splice(0), [
    'PUT /v1/conversations/everyone/read {"upTo":7}',
    'PUT /v1/conversations/everyone/read {"upTo":"9-mh4k2c9z"}',
    'POST /v1/conversations/room%3Atea/typing',
  ])
  status = 503
  t.equal(await outcomeOf(client.conversations.typing('room:tea')), 'bad-answer')
  t.equal(requests.length, 1, 'typing is not retried')
})

t.test('a stream asks for the events that are wanted', async (t) => {
  const { client, requests } = await openDouble(t, () => ({ status: 401, body: {} }))
  const events = ['message', 'message.updated'] as const
  await t.rejects(client.events({ events, presence: 'none' }).next())
  await t.rejects(client.events().next())
  t.same(requests, [
    'GET /v1/events?presence=none&events=message%2Cmessage.updated',
    'GET /v1/events',
  ])
})
