import type { Test } from 'tap'
import type { EventReader, ReadEvent } from '../../support/event-reader.ts'
import type { Answer, Guest } from '../../support/room.ts'
import type { OpenRoom } from './rooms.ts'

/** An event of the log as a line: its place, its name and what it tells. */
function lineOf({ event, id, data }: ReadEvent): string {
  const place = id?.split('-')[0]
  if (event.startsWith('reaction.'))
    return `${place} ${event} ${data.messageId} ${data.by} ${data.emoji} ${data.count}`
  const told = event === 'message.deleted' ? `by ${data.by}` : data.text
  return `${place} ${event} ${data.id} ${told}`
}

/** What a stream was told of messages. */
function linesOf({ events }: EventReader): string[] {
  return events.filter(({ event }) => /^(message|reaction)/.test(event)).map(lineOf)
}

/** What a stream that resumes after an id is told. */
async function resumed(guest: Guest, after: number): Promise<string[]> {
  const stream = await guest.open({ cursor: String(after) })
  await stream.next('ready')
  stream.cut()
  return linesOf(stream)
}

/** Waits until a stream has been told an entry, so that what it is told is as it was then. */
async function told(guests: { stream: EventReader }[], id: number): Promise<void> {
  for (const { stream } of guests)
    await stream.until(() => stream.events.some((event) => event.id?.startsWith(`${id}-`)))
}

function problemOf({ status, body }: Answer): [number, string] {
  return [status, body.type]
}

const thumb = encodeURIComponent('👍')

/** A post, a reply, an edit, reactions and a deletion; a retry; and who resumes before each of them. */
export async function changeStory(t: Test, open: OpenRoom): Promise<void> {
  const server = await open(t)
  const ann = await server.join('ann')
  const bob = await server.join('bob')
  const key = { 'idempotency-key': 'the-first' }
  const first = { text: 'Lunch at noon?', metadata: { table: [4, { by: 'window' }] } }
  const post = (guest: Guest, content: object, headers = {}) =>
    guest.call('POST', '/v1/messages/broadcast', content, headers)
  const reaction = (id: number, emoji: string) => `/v1/messages/${id}/reactions/${emoji}`

  await t.test('a message with metadata, and a reply that mentions', async (t) => {
    const posted = await post(ann, first, key)
    t.match([posted.status, posted.body], [201, { id: 1, ...first }])
    await told([ann, bob], 1)
    const content = { text: 'Yes, @ann.', replyTo: 1 }
    const reply = await post(bob, content)
    t.match([reply.status, reply.body], [201, { id: 2, ...content, mentions: ['ann'] }])
    const astray = await post(bob, { text: 'hm', replyTo: 9 })
    t.same(problemOf(astray), [400, '/problems/invalid-request'])
    t.match(astray.body.errors, [{ pointer: '/replyTo' }])
  })

  await t.test('an edit, by the sender alone', async (t) => {
    const edited = await ann.call('PATCH', '/v1/messages/1', { text: 'Lunch at one?' })
    t.match(
      [edited.status, edited.body],
      [200, { ...first, text: 'Lunch at one?', editedAt: /Z$/ }],
    )
    await told([ann, bob], 3)
    const again = await ann.call('PATCH', '/v1/messages/1', { text: 'Lunch at one?' })
    t.same(again.body, edited.body, 'the same again changes nothing')
    const others = await bob.call('PATCH', '/v1/messages/1', { text: 'No lunch' })
    t.same(problemOf(others), [403, '/problems/forbidden'])
    t.same(problemOf(await bob.call('PATCH', '/v1/messages/99', {})), [404, '/problems/not-found'])
  })

  await t.test('reactions, each once', async (t) => {
    const heart = encodeURIComponent('❤')
    const calls = [
      () => bob.call('PUT', reaction(1, thumb)),
      () => ann.call('PUT', reaction(1, thumb)),
      () => ann.call('PUT', reaction(1, heart)),
      () => ann.call('DELETE', reaction(1, thumb)),
    ]
    for (const [at, call] of calls.entries()) {
      t.equal((await call()).status, 204)
      await told([ann, bob], 4 + at)
    }
    t.equal((await bob.call('PUT', reaction(1, thumb))).status, 204)
    t.equal((await ann.call('DELETE', reaction(1, thumb))).status, 204)
    const odd = await ann.call('PUT', reaction(1, 'x'))
    t.same(problemOf(odd), [400, '/problems/invalid-request'])
    const { body } = await bob.call('GET', '/v1/messages/1')
    t.same(body.reactions, [
      { emoji: '👍', count: 1, me: true, by: ['bob'] },
      { emoji: '❤️', count: 1, me: false, by: ['ann'] },
    ])
  })

  await t.test('a retry is answered with the message as it is now', async (t) => {
    const { status, headers, body } = await post(ann, first, key)
    t.match([status, body], [201, { id: 1, text: 'Lunch at one?', editedAt: /Z$/ }])
    t.equal(headers.get('idempotent-replayed'), 'true')
    const other = await post(ann, { ...first, text: 'Lunch at one?' }, key)
    t.same(problemOf(other), [422, '/problems/idempotency-key-reused'])
  })

  const untilDeleted = [
    '1 message 1 Lunch at noon?',
    '2 message 2 Yes, @ann.',
    '3 message.updated 1 Lunch at one?',
    '4 reaction.added 1 bob 👍 1',
    '5 reaction.added 1 ann 👍 2',
    '6 reaction.added 1 ann ❤️ 1',
    '7 reaction.removed 1 ann 👍 1',
  ]

  await t.test('all of it came on live streams, in order and once', async (t) => {
    for (const { stream } of [ann, bob]) {
      await stream.next('reaction.removed')
      t.same(linesOf(stream), untilDeleted)
    }
  })

  await t.test('who resumes gets it as it is now', async (t) => {
    const now = ['1 message 1 Lunch at one?', ...untilDeleted.slice(1)]
    // The last event of each emoji has its count as it is now; one before may have that of then.
    const withoutOldCounts = (lines: string[]) =>
      lines.map((line) => line.replace(/^([45] .*) \d$/, '$1'))
    for (const after of [0, 1, 2, 3, 4, 5, 6, 7])
      t.same(
        withoutOldCounts(await resumed(bob, after)),
        withoutOldCounts(now.slice(after)),
        `after ${after}`,
      )
  })

  await t.test('a deletion, by the sender alone', async (t) => {
    const others = await bob.call('DELETE', '/v1/messages/1')
    t.same(problemOf(others), [403, '/problems/forbidden'])
    t.equal((await ann.call('DELETE', '/v1/messages/1')).status, 204)
    t.equal((await ann.call('DELETE', '/v1/messages/1')).status, 204)
    for (const call of [
      () => bob.call('GET', '/v1/messages/1'),
      () => ann.call('PATCH', '/v1/messages/1', { text: 'Lunch' }),
      () => bob.call('PUT', reaction(1, thumb)),
      () => bob.call('DELETE', reaction(1, thumb)),
    ])
      t.same(problemOf(await call()), [410, '/problems/message-deleted'])
    const replayed = await post(ann, first, key)
    const tombstone = { id: 1, kind: 'broadcast', from: 'ann', text: '' }
    const { sentAt, deletedAt, ...rest } = replayed.body
    t.same([replayed.status, rest], [201, tombstone])
    t.match([sentAt, deletedAt], [/Z$/, /Z$/])
    const { body } = await bob.call('GET', '/v1/messages')
    t.same(body.messages[0], replayed.body)
    t.match(body.messages[1], { text: 'Yes, @ann.', replyTo: 1 })
    t.equal((await post(bob, { text: 'Why?', replyTo: 1 })).status, 201, 'a reply to it')
  })

  await t.test('who resumes before it gets nothing of the message but its deletion', async (t) => {
    const now = [
      [2, untilDeleted[1]],
      [8, '8 message.deleted 1 by ann'],
      [9, '9 message 9 Why?'],
    ]
    for (const { stream } of [ann, bob]) {
      await stream.next('message', ({ text }) => text === 'Why?')
      t.same(linesOf(stream), [...untilDeleted, now[1]?.[1], now[2]?.[1]])
    }
    for (const after of [0, 1, 2, 3, 4, 5, 6, 7, 8])
      t.same(
        await resumed(bob, after),
        now.filter(([id]) => (id as number) > after).map(([, line]) => line),
        `after ${after}`,
      )
  })

  await t.test('in a room its members change messages, and its moderators delete', async (t) => {
    await ann.call('POST', '/v1/rooms', { name: 'tea' })
    const say = (guest: Guest, content: object) =>
      guest.call('POST', '/v1/rooms/tea/messages', content)
    t.same(problemOf(await say(bob, { text: 'hi' })), [403, '/problems/not-a-member'])
    const { body: kettle } = await say(ann, { text: 'The kettle is on' })
    const path = `/v1/messages/${kettle.id}`
    t.same(problemOf(await bob.call('PUT', reaction(kettle.id, thumb))), [
      403,
      '/problems/not-a-member',
    ])
    await bob.call('PUT', '/v1/rooms/tea/members/bob')
    t.equal((await bob.call('PUT', reaction(kettle.id, thumb))).status, 204)
    const reply = await say(bob, { text: 'Two cups', replyTo: kettle.id })
    t.equal(reply.body.replyTo, kettle.id)
    t.same((await say(bob, { text: 'hm', replyTo: 2 })).status, 400, 'of another conversation')
    await bob.call('DELETE', '/v1/rooms/tea/members/bob')
    const left = await bob.call('PATCH', `/v1/messages/${reply.body.id}`, { text: 'Three' })
    t.same(problemOf(left), [403, '/problems/not-a-member'])
    t.equal((await ann.call('DELETE', `/v1/messages/${reply.body.id}`)).status, 204)
    await ann.call('PATCH', '/v1/rooms/tea', { archived: true })
    t.same(problemOf(await ann.call('PATCH', path, { text: 'off' })), [
      409,
      '/problems/room-archived',
    ])
    t.equal((await ann.call('DELETE', path)).status, 204)
    const added = await bob.stream.next('reaction.added', ({ room }) => room === 'tea')
    t.match(added.data, { messageId: kettle.id, room: 'tea', by: 'bob', emoji: '👍', count: 1 })
    const { body } = await bob.call('GET', '/v1/rooms/tea/messages')
    t.match(body.messages, [
      { text: '', deletedAt: /Z$/ },
      { text: '', deletedAt: /Z$/ },
    ])
  })

  await t.test('a kept message comes with its reactions, and not once it is deleted', async (t) => {
    const cid = await server.register('cid')
    const keep = { whenOffline: 'keep' }
    const { body: kept } = await ann.direct('cid', 'For later', keep)
    const { body: gone } = await ann.direct('cid', 'Never mind', keep)
    await ann.call('PUT', reaction(kept.id, thumb))
    await ann.call('DELETE', `/v1/messages/${gone.id}`)
    const stream = await cid.open()
    await stream.next('ready')
    t.match(stream.messages, [
      { text: 'For later', reactions: [{ emoji: '👍', count: 1, me: false, by: ['ann'] }] },
    ])
    t.same(problemOf(await bob.call('GET', `/v1/messages/${kept.id}`)), [
      404,
      '/problems/not-found',
    ])
    t.same(problemOf(await bob.call('DELETE', `/v1/messages/${kept.id}`)), [
      404,
      '/problems/not-found',
    ])
    stream.cut()
  })
}
