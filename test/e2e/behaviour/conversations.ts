import type { Test } from 'tap'
import type { EventReader } from '../../support/event-reader.ts'
import type { Answer, Guest } from '../../support/room.ts'
import { RetentionControl } from '../model/retention-control.ts'
import type { OpenRoom } from './rooms.ts'

const path = (id: string, rest = '') => `/v1/conversations/${encodeURIComponent(id)}${rest}`

const find = async (guest: Guest, id: string) => (await guest.call('GET', path(id))).body

const read = (guest: Guest, id: string, upTo: number | string) =>
  guest.call('PUT', path(id, '/read'), { upTo })

/** What one has read of a conversation, and what there is to read. */
async function counts(guest: Guest, id: string): Promise<number[]> {
  const { readUpTo, unread, mentioned } = await find(guest, id)
  return [readUpTo, unread, mentioned]
}

/** The markers that a stream was told of. */
function markers({ events }: EventReader): unknown[] {
  return events.filter(({ event }) => event === 'read').map(({ data }) => data)
}

function problemOf({ status, body }: Answer): [number, string] {
  return [status, body.type]
}

/** The ids of all conversations, as they are got page by page. */
async function gather(guest: Guest, limit: number, place: (last: Listed) => string) {
  const found: string[] = []
  let query = `?limit=${limit}`
  for (;;) {
    const { body } = await guest.call('GET', `/v1/conversations${query}`)
    found.push(...body.conversations.map(({ id }: Listed) => id))
    if (!body.more) return found
    query = `?limit=${limit}&before=${encodeURIComponent(place(body.conversations.at(-1)))}`
  }
}

interface Listed {
  id: string
  lastId: number
}

const afterIt = ({ id, lastId }: Listed) => `${lastId},${id}`

/** Ann on two devices reads what Bob says, edits and deletes, in a house with a room. */
export async function conversationStory(t: Test, open: OpenRoom): Promise<void> {
  const server = await open(t)
  const ann = await server.join('ann')
  const bob = await server.join('bob')
  const phone = await server.login('ann')
  const onPhone = await phone.open({ query: '?events=message,read,typing' })
  await onPhone.next('ready')

  await t.test('who is blocked cannot write to the other on any node', async (t) => {
    const room = await open(t)
    const [ann, bob] = [await room.join('ann'), await room.join('bob')]
    const { body: said } = await bob.direct('ann', 'hi')
    await bob.call('POST', '/v1/rooms', { name: 'tea' })
    t.equal((await ann.call('PUT', '/v1/me/blocks/BOB')).status, 204)
    const refused = [403, '/problems/not-accepted']
    const calls: [string, string, unknown?][] = [
      ['POST', '/v1/messages/direct', { to: 'ann', text: 'again', whenOffline: 'keep' }],
      ['PATCH', `/v1/messages/${said.id}`, { text: 'worse' }],
      ['PUT', `/v1/messages/${said.id}/reactions/%F0%9F%91%8D`],
      ['POST', path('direct:ann', '/typing')],
      ['PUT', '/v1/rooms/tea/members/ann', {}],
    ]
    for (const [method, address, body] of calls)
      t.same(problemOf(await bob.call(method, address, body)), refused, `${method} ${address}`)
    t.match((await ann.call('GET', '/v1/me/blocks')).body, { users: [{ username: 'bob' }] })
    t.equal((await ann.call('DELETE', '/v1/me/blocks/bob')).status, 204)
    t.equal((await bob.direct('ann', 'thank you')).status, 201)
    t.equal((await ann.call('PUT', '/v1/me/blocks/ann')).status, 400)
  })

  await t.test('what others said is counted after the marker', async (t) => {
    const { body: empty } = await ann.call('GET', '/v1/conversations')
    t.match(empty, { more: false, cursor: /^0-/ })
    t.same(empty.conversations, [
      {
        id: 'everyone',
        last: null,
        lastId: 0,
        readUpTo: 0,
        unread: 0,
        mentioned: 0,
        muted: false,
        asOf: 0,
      },
    ])
    const { body: first } = await bob.broadcast('Hello @ann')
    const { body: last } = await bob.broadcast('Lunch?')
    t.same([first.id, last.id], [1, 2])
    const everyone = await find(ann, 'everyone')
    t.match(everyone, { lastId: 2, readUpTo: 0, unread: 2, mentioned: 1, asOf: 2 })
    t.same(everyone.last, last)
    t.same(await counts(bob, 'everyone'), [2, 0, 0], 'who posts has read')
    const late = await server.register('late')
    t.same(await counts(late, 'everyone'), [2, 0, 0], 'who comes later begins at the head')
  })

  await t.test(
    'a marker moves on all devices, forward alone, however often it is sent',
    async (t) => {
      for (const upTo of [1, 1, '1', 0]) t.equal((await read(ann, 'everyone', upTo)).status, 204)
      t.same(await counts(phone, 'everyone'), [1, 1, 0])
      const { body } = await phone.call('GET', '/v1/conversations')
      t.equal((await read(phone, 'everyone', body.cursor)).status, 204, 'up to a cursor')
      t.equal((await read(ann, 'everyone', 1)).status, 204, 'which is late')
      t.same(await counts(ann, 'everyone'), [2, 0, 0])
      for (const stream of [ann.stream, onPhone]) {
        await stream.next('read', ({ upTo }) => upTo === 2)
        t.same(
          markers(stream),
          [1, 2].map((upTo) => ({ conversation: 'everyone', upTo })),
        )
      }
    },
  )

  await t.test('a place that is not on the log is stale', async (t) => {
    const stale = [409, '/problems/stale-cursor']
    t.same(problemOf(await read(ann, 'everyone', 3)), stale)
    t.same(problemOf(await read(ann, 'everyone', '99')), stale)
    t.same(await counts(ann, 'everyone'), [2, 0, 0])
  })

  await t.test('edits and deletions change what is counted', async (t) => {
    await bob.broadcast('@ann, at one?') // 3
    await bob.broadcast('Or @ann at two?') // 4
    t.same(await counts(ann, 'everyone'), [2, 2, 2])
    await bob.call('PATCH', '/v1/messages/4', { text: 'Or at two?' }) // 5
    t.same(await counts(ann, 'everyone'), [2, 2, 1])
    await bob.call('PATCH', '/v1/messages/4', { text: 'Or at two, @ann?' }) // 6
    t.same(await counts(ann, 'everyone'), [2, 2, 2])
    await bob.call('DELETE', '/v1/messages/3') // 7
    t.same(await counts(ann, 'everyone'), [2, 1, 1])
    await bob.call('DELETE', '/v1/messages/4') // 8
    const everyone = await find(ann, 'everyone')
    t.match(everyone, { lastId: 4, unread: 0, mentioned: 0, asOf: 8 })
    t.match(everyone.last, { id: 4, text: '', deletedAt: /Z$/ }, 'a tombstone is the newest, too')
  })

  await t.test('who posts has read, on all devices', async (t) => {
    await bob.broadcast('At three, then.') // 9
    t.same(await counts(ann, 'everyone'), [2, 1, 0])
    const { body } = await phone.call('POST', '/v1/messages/broadcast', { text: 'Fine' }) // 10
    t.equal(body.id, 10)
    t.same(await counts(ann, 'everyone'), [10, 0, 0])
    t.equal(markers(ann.stream).length, 2, 'the message says it')
  })

  await t.test('a room begins to be read where one joins it', async (t) => {
    await bob.call('POST', '/v1/rooms', { name: 'Tea', title: 'The tea room' }) // 11
    await bob.call('POST', '/v1/rooms/tea/messages', { text: 'Is anyone here?' }) // 12
    t.same(problemOf(await ann.call('GET', path('room:tea'))), [403, '/problems/not-a-member'])
    const nowhere = await ann.call('GET', path('room:rum'))
    t.same(problemOf(nowhere), [404, '/problems/unknown-room'])
    await ann.call('PUT', '/v1/rooms/tea/members/ann') // 13
    const tea = await find(ann, 'room:TEA')
    t.match(tea, { id: 'room:Tea', title: 'The tea room', lastId: 12, readUpTo: 13, unread: 0 })
    await bob.call('POST', '/v1/rooms/tea/messages', { text: 'Welcome, @ann' }) // 14
    t.same(await counts(ann, 'room:Tea'), [13, 1, 1])
    const { body } = await ann.call('GET', '/v1/conversations')
    t.same(
      body.conversations.map(({ id }: Listed) => id),
      ['room:Tea', 'everyone'],
      'the newest first',
    )
  })

  await t.test('muting is kept for all devices, and changes nothing else', async (t) => {
    const muted = await ann.call('PATCH', path('room:tea'), { muted: true })
    t.match([muted.status, muted.body], [200, { id: 'room:Tea', muted: true, unread: 1 }])
    t.match(await find(phone, 'room:tea'), { muted: true, readUpTo: 13 })
    t.equal((await find(bob, 'room:tea')).muted, false, 'for nobody else')
    const loud = await phone.call('PATCH', path('room:tea'), { muted: false })
    t.same(loud.body, { ...muted.body, muted: false })
  })

  await t.test('a direct conversation is there before anything is said', async (t) => {
    const none = await find(ann, 'direct:BOB')
    t.match(none, { id: 'direct:bob', last: null, lastId: 0, readUpTo: 0, unread: 0, muted: false })
    t.equal((await read(ann, 'direct:bob', 1)).status, 204)
    t.equal((await ann.call('PATCH', path('direct:bob'), { muted: true })).status, 200)
    t.same(await counts(ann, 'direct:bob'), [0, 0, 0], 'nothing is kept of it')
    const unknown = await ann.call('GET', path('direct:nobody'))
    t.same(problemOf(unknown), [404, '/problems/unknown-recipient'])
    await bob.direct('ann', 'A word?') // 15
    t.same(await counts(ann, 'direct:bob'), [0, 1, 0])
    t.same(await counts(bob, 'direct:ann'), [15, 0, 0])
    await ann.direct('ann', 'Talk to Bob') // 16
    t.match(await find(ann, 'direct:ann'), { lastId: 16, readUpTo: 16, unread: 0 })
  })

  await t.test('who is typing is told to the others', async (t) => {
    t.equal((await bob.call('POST', path('room:tea', '/typing'))).status, 204)
    for (const stream of [ann.stream, onPhone]) {
      const { id, data } = await stream.next('typing')
      t.same([id, data], [undefined, { conversation: 'room:Tea', usernames: ['bob'] }])
    }
    t.equal((await phone.call('POST', path('direct:bob', '/typing'))).status, 204)
    const { data } = await bob.stream.next('typing')
    t.same(data, { conversation: 'direct:ann', usernames: ['ann'] })
    const everyone = await ann.call('POST', path('everyone', '/typing'))
    t.same(problemOf(everyone), [400, '/problems/invalid-request'])
    const late = await server.login('late')
    const outside = await late.call('POST', path('room:tea', '/typing'))
    t.same(problemOf(outside), [403, '/problems/not-a-member'])
  })

  await t.test('pages have every conversation once', async (t) => {
    const all = ['direct:ann', 'direct:bob', 'room:Tea', 'everyone']
    for (const limit of [1, 2, 3, 200]) {
      t.same(await gather(ann, limit, afterIt), all)
      t.same(await gather(ann, limit, ({ lastId }) => String(lastId)), all, 'by lastId alone')
    }
  })

  await t.test('a stream carries what it named, and its cursor moves over the rest', async (t) => {
    await bob.broadcast('The last word') // 17
    await onPhone.next('message', ({ id }) => id === 17)
    const names = new Set(onPhone.events.map(({ event }) => event))
    t.same([...names].sort(), ['message', 'read', 'ready', 'typing'])
    onPhone.cut()
    const again = await phone.open({ query: '?events=message.deleted&lastEventId=2' })
    await again.next('ready')
    t.same(
      again.events.map(({ event, data }) => [event, data.id ?? data.head]),
      [
        ['message.deleted', 3],
        ['message.deleted', 4],
        ['ready', 17],
      ],
    )
    again.cut()
  })

  await t.test('who comes back to a room begins where they come back', async (t) => {
    await ann.call('DELETE', '/v1/rooms/tea/members/ann') // 18
    t.same(problemOf(await read(ann, 'room:tea', 18)), [403, '/problems/not-a-member'])
    await ann.call('PUT', '/v1/rooms/tea/members/ann') // 19
    t.same(await counts(ann, 'room:tea'), [19, 0, 0])
  })
}

/** Conversations whose messages are trimmed all have the `lastId` 0. */
export async function trimmedConversations(t: Test, open: OpenRoom): Promise<void> {
  const retention = new RetentionControl()
  const server = await open(t, { tuning: retention.tuning })
  const ann = await server.register('ann')
  const others = ['bob', 'cid', 'dan', 'eve']
  for (const name of others) {
    const other = await server.register(name)
    await other.direct('ann', 'hi', { whenOffline: 'keep' })
  }
  // The newest entry is always kept.
  await ann.broadcast('Anyone?')
  await retention.trim(Date.now() + 1000, server.servers.length)
  const all = ['everyone', ...others.map((name) => `direct:${name}`)]
  for (const limit of [1, 2, 3, 200])
    t.same(await gather(ann, limit, afterIt), all, `pages of ${limit}`)
  const { body } = await ann.call('GET', '/v1/conversations?before=0')
  t.same(body.conversations, [], 'by lastId alone none comes after 0')
  t.match(await find(ann, 'direct:bob'), { last: null, lastId: 0, unread: 0 })
}
