import t from 'tap'
import { ObrolClient, type ObrolEvent } from '../../src/client/index.ts'
import { openRoom, type Room } from '../support/room.ts'
import { openDouble } from './double.ts'
import { outcomeOf, takeUntil } from './scenarios/scenario.ts'

async function join(server: Room, name: string): Promise<ObrolClient> {
  const client = new ObrolClient(server.url)
  await client.register(name, 'tall-ships')
  return client
}

t.test('a room from its beginning to its end', async (t) => {
  const server = await openRoom(t)
  const ann = await join(server, 'ann')
  await join(server, 'bob')
  // Made with a token alone: it asks for the name once.
  const { token } = await server.login('bob', 'tall-ships')
  const bob = new ObrolClient(server.url, { token })

  const tea = await ann.rooms.create({ name: 'tea', topic: 'Leaves' })
  t.match(tea, { name: 'tea', title: 'tea', topic: 'Leaves', access: 'open', role: 'owner' })
  const key = { idempotencyKey: 'the-den' }
  const den = await ann.rooms.create({ name: 'den', access: 'private' }, key)
  t.same(await ann.rooms.create({ name: 'den', access: 'private' }, key), den, 'made once')
  t.equal(await outcomeOf(bob.rooms.create({ name: 'tea' })), 'room-name-taken')

  t.same(
    (await bob.rooms.list({ q: 'te' })).rooms.map(({ name }) => name),
    ['tea'],
  )
  t.same(await bob.rooms.list({ joined: true }), { rooms: [], more: false })
  t.match(await ann.rooms.list({ limit: 1, after: 'den' }), { rooms: [{ name: 'tea' }] })
  t.match(await bob.rooms.get('tea'), { memberCount: 1 })
  t.equal(await outcomeOf(bob.rooms.get('den')), 'unknown-room')

  t.match(await bob.rooms.join('tea'), { username: 'bob', role: 'member' })
  t.match(await bob.rooms.join('tea'), { username: 'bob' }, 'joining again changes nothing')
  t.match(await ann.rooms.add('den', 'bob'), { username: 'bob', role: 'member' })
  t.match(await ann.rooms.setRole('den', 'bob', 'moderator'), { role: 'moderator' })
  t.match(await bob.rooms.members('tea', { limit: 1, after: 'ann' }), {
    members: [{ username: 'bob', online: false }],
    count: 2,
    more: false,
  })

  const question = await bob.rooms.post('tea', 'Is the kettle on, @ann?', {
    metadata: { cups: 2 },
    idempotencyKey: 'kettle',
  })
  t.match(question, { kind: 'room', room: 'tea', metadata: { cups: 2 }, mentions: ['ann'] })
  const answer = await ann.rooms.post('tea', 'Yes', { replyTo: question.id })
  t.match(await bob.rooms.history('tea', { after: question.id, limit: 5 }), {
    messages: [{ id: answer.id, replyTo: question.id }],
    more: false,
  })
  t.equal((await bob.rooms.history('tea')).messages.length, 2)

  t.match(await ann.rooms.update('tea', { title: 'Tea', archived: true }), { archived: true })
  t.equal(await outcomeOf(bob.rooms.post('tea', 'Hello?')), 'room-archived')
  t.match(await ann.rooms.update('tea', { archived: false }), { title: 'Tea', archived: false })

  await bob.rooms.leave('tea')
  await bob.rooms.leave('tea')
  t.equal(await outcomeOf(bob.rooms.post('tea', 'Bye')), 'not-a-member')
  await ann.rooms.ban('tea', 'bob')
  t.equal(await outcomeOf(bob.rooms.join('tea')), 'forbidden')
  t.match(await ann.rooms.bans('tea', { limit: 5, after: 'ann' }), {
    bans: [{ username: 'bob', by: 'ann' }],
    more: false,
  })
  await ann.rooms.unban('tea', 'bob')
  t.same((await ann.rooms.bans('tea')).bans, [])
  await ann.rooms.remove('den', 'bob')
  t.equal((await ann.rooms.members('den')).count, 1)
  await ann.rooms.delete('tea')
  t.equal(await outcomeOf(bob.rooms.get('tea')), 'unknown-room')
  t.equal(await outcomeOf(ann.rooms.create({ name: 'tea' })), 'ended', 'its name is free')
})

t.test('what happens in rooms comes on the stream, each event with its data', async (t) => {
  const server = await openRoom(t)
  const cid = await join(server, 'cid')
  const dora = await join(server, 'dora')
  const { cursor } = await dora.history({ limit: 1 })
  await cid.rooms.create({ name: 'chess' })
  await cid.rooms.add('chess', 'dora')
  await cid.rooms.setRole('chess', 'dora', 'moderator')
  const { id } = await cid.rooms.post('chess', 'e4')
  await cid.editMessage(id, { text: 'd4' })
  await dora.react(id, '👍')
  await dora.unreact(id, '👍')
  const gone = await cid.rooms.post('chess', 'x')
  await dora.deleteMessage(gone.id)
  await cid.rooms.update('chess', { topic: 'Queens' })
  await cid.rooms.remove('chess', 'dora')
  await cid.rooms.add('chess', 'dora')
  await join(server, 'emil').then((emil) => emil.rooms.join('chess'))
  await cid.rooms.remove('chess', 'emil')
  await cid.rooms.delete('chess')

  const events = await takeUntil(dora.events({ cursor, presence: 'none' }), 'ready')
  const told = events.filter(({ type }) => type !== 'reset' && type !== 'ready')
  t.same(
    told.map(({ type }) => type),
    ['room.joined', 'room.left', 'room.joined', 'room.deleted'],
    'of a deleted room only that one was in it',
  )
  t.match(told[0], { joined: { room: { name: 'chess' }, role: 'member', by: 'cid' } })
  t.match(told[1], { left: { room: 'chess', by: 'cid', reason: 'removed' } })
  t.match(told[3], { deleted: { room: 'chess' }, cursor: /^\d+-/ })
})

t.test('a live stream tells of changes, members and rooms', async (t) => {
  const server = await openRoom(t)
  const fay = await join(server, 'fay')
  const gil = await join(server, 'gil')
  const stream = fay.events({ presence: 'none' })
  t.equal((await stream.next()).value?.type, 'ready')
  await fay.rooms.create({ name: 'go' })
  await gil.rooms.join('go')
  await fay.rooms.setRole('go', 'gil', 'moderator')
  const { id } = await gil.rooms.post('go', 'tengen')
  await gil.editMessage(id, { text: 'hoshi', metadata: { at: [4, 4] } })
  await fay.react(id, '❤')
  await fay.unreact(id, '❤️')
  await gil.editMessage(id, { metadata: null })
  await fay.deleteMessage(id)
  await gil.rooms.update('go', { title: 'Go' })
  await gil.rooms.leave('go')
  await fay.rooms.delete('go')
  const events = await takeUntil(stream, 'room.deleted')
  t.match(events, [
    { type: 'room.joined', joined: { room: { name: 'go' }, role: 'owner', by: 'fay' } },
    { type: 'member.joined', member: { room: 'go', username: 'gil', memberCount: 2 } },
    { type: 'member.updated', member: { username: 'gil', role: 'moderator', by: 'fay' } },
    { type: 'message', message: { id, room: 'go', text: 'tengen' } },
    { type: 'message.updated', message: { text: 'hoshi', metadata: { at: [4, 4] } } },
    { type: 'reaction.added', reaction: { messageId: id, room: 'go', by: 'fay', emoji: '❤️' } },
    { type: 'reaction.removed', reaction: { messageId: id, count: 0 } },
    { type: 'message.updated', message: { text: 'hoshi' } },
    { type: 'message.deleted', message: { id, text: '', deletedAt: /Z$/, by: 'fay' } },
    { type: 'room.updated', room: { name: 'go', title: 'Go' } },
    { type: 'member.left', member: { room: 'go', username: 'gil' } },
    { type: 'room.deleted', deleted: { room: 'go' } },
  ] as unknown as ObrolEvent[])
  t.equal(events.length, 12)
})

t.test('messages to everyone and to one change, too', async (t) => {
  const server = await openRoom(t)
  const hal = await join(server, 'hal')
  const ida = await join(server, 'ida')
  const noon = await hal.broadcast('Lunch at noon?', { metadata: { table: 4 } })
  const yes = await ida.broadcast('Yes', { replyTo: noon.id })
  t.match(yes, { replyTo: noon.id })
  t.match(await hal.editMessage(noon.id, { text: 'Lunch at one?' }), {
    text: 'Lunch at one?',
    metadata: { table: 4 },
    editedAt: /Z$/,
  })
  await ida.react(noon.id, '👍')
  await ida.react(noon.id, '👍')
  t.match((await hal.message(noon.id)).reactions, [{ emoji: '👍', count: 1, by: ['ida'] }])
  await ida.unreact(noon.id, '👍')
  t.notOk((await hal.message(noon.id)).reactions)
  t.equal(await outcomeOf(ida.editMessage(noon.id, { text: 'No' })), 'forbidden')
  await hal.deleteMessage(noon.id)
  await hal.deleteMessage(noon.id)
  t.equal(await outcomeOf(hal.message(noon.id)), 'message-deleted')

  const first = await hal.direct('ida', 'psst', { whenOffline: 'keep' })
  const more = { replyTo: first.id, metadata: {}, whenOffline: 'keep' } as const
  t.match(await ida.direct('hal', 'what?', more), { kind: 'direct', replyTo: first.id })
})

t.test('no name or emoji can turn a call into another one', async (t) => {
  const server = await openRoom(t)
  const jan = await join(server, 'jan')
  await jan.rooms.create({ name: 'jan' })
  const { id } = await jan.rooms.post('jan', 'Here to stay')
  for (const odd of ['', '.', '..', '\ud800']) {
    t.equal(await outcomeOf(jan.unreact(id, odd)), 'invalid-request')
    t.equal(await outcomeOf(jan.rooms.remove('jan', odd)), 'invalid-request')
    t.equal(await outcomeOf(jan.rooms.unban('jan', odd)), 'invalid-request')
  }
  t.equal(await outcomeOf(jan.rooms.remove('jan', '../../jan')), 'unknown-person')
  t.match((await jan.rooms.history('jan')).messages, [{ text: 'Here to stay' }])
  const cycle: Record<string, unknown> = {}
  cycle.cycle = cycle
  const wrong = jan.rooms.post('jan', 'x', { metadata: cycle })
  await t.rejects(wrong, { code: 'invalid-request', message: /circular/ })
})

t.test('a room of an earlier try that may no longer be read', async (t) => {
  const { client } = await openDouble(t, () => ({ status: 201, body: { name: 'tea' } }))
  const message = 'You may not read the room tea any more'
  await t.rejects(client.rooms.create({ name: 'tea' }), { code: 'unknown-room', message })
})

t.test('who deletes or leaves twice, because an answer was lost, has done it', async (t) => {
  const missing = { type: '/problems/unknown-room', title: 'No such room', detail: 'No such room' }
  let lost = 1
  const { client, requests } = await openDouble(t, () =>
    lost-- > 0 ? undefined : { status: 404, body: missing },
  )
  const retries: string[] = []
  await client.rooms.delete('tea', { onRetry: ({ code }) => retries.push(code) })
  t.same(retries, ['network'])
  t.same(requests.splice(0), ['DELETE /v1/rooms/tea', 'DELETE /v1/rooms/tea'])
  t.equal(await outcomeOf(client.rooms.delete('tea')), 'unknown-room', 'at the first try')
})
