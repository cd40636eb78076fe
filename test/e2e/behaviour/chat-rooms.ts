import type { Test } from 'tap'
import type { EventReader, ReadEvent } from '../../support/event-reader.ts'
import type { Guest } from '../../support/room.ts'
import type { OpenRoom } from './rooms.ts'

type Member = Guest & { stream: EventReader }

/** An event as a line: its name and what tells it from others. */
function lineOf({ event, data }: ReadEvent): string {
  const { room, text, kind, username, role, reason, by } = data
  if (event === 'message') return `${kind === 'room' ? room : kind}: ${text}`
  const name = typeof room === 'object' ? room.name : (room ?? data.name)
  return [event, name, username, role ?? reason, by].filter((part) => part !== undefined).join(' ')
}

const ofRooms = /^(message|room\.|member\.)/

/** What a stream was told of messages and rooms. */
function linesOf({ events }: EventReader): string[] {
  return events.filter(({ event }) => ofRooms.test(event)).map(lineOf)
}

/** People make two rooms, join, add, write, leave, ban and delete, with streams that come and go. */
export async function roomStory(t: Test, open: OpenRoom): Promise<void> {
  const server = await open(t)
  const ann = await server.join('ann')
  const bob = await server.join('bob')
  const cid = await server.join('cid')
  const people = [ann, bob, cid]
  let ended = 0

  /** Ends a chapter: what each of them was told since the last one, or since their stream opened. */
  async function chapter(): Promise<string[][]> {
    const last = `chapter ${ended}`
    const text = `chapter ${++ended}`
    await ann.broadcast(text)
    return Promise.all(
      people.map(async ({ stream }) => {
        await stream.next('message', (data) => data.text === text)
        const lines = linesOf(stream)
        const from = lines.indexOf(`broadcast: ${last}`) + 1
        return lines.slice(from, lines.indexOf(`broadcast: ${text}`))
      }),
    )
  }

  const say = (guest: Guest, room: string, text: string) =>
    guest.call('POST', `/v1/rooms/${room}/messages`, { text })

  async function texts(guest: Guest, room: string): Promise<string[]> {
    const { body } = await guest.call('GET', `/v1/rooms/${room}/messages`)
    return body.messages.map(({ text }: { text: string }) => text)
  }

  /** Asserts a status, and the code of a problem. */
  async function answers(t: Test, call: ReturnType<Guest['call']>, status: number, code?: string) {
    const { status: got, body } = await call
    t.equal(got, status, JSON.stringify(body))
    if (code !== undefined) t.equal(body.type, `/problems/${code}`)
  }

  await t.test('whoever makes an open room is its owner, and others find it', async (t) => {
    const key = { 'idempotency-key': 'tea' }
    const made = await ann.call('POST', '/v1/rooms', { name: 'Tea', topic: 'Leaves' }, key)
    t.equal(made.status, 201)
    t.equal(made.headers.get('location'), '/v1/rooms/Tea')
    t.match(made.body, { name: 'Tea', title: 'Tea', role: 'owner', memberCount: 1 })
    const again = await ann.call('POST', '/v1/rooms', { name: 'Tea', topic: 'Leaves' }, key)
    t.same([again.status, again.body], [201, made.body])
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    await answers(t, bob.call('POST', '/v1/rooms', { name: 'TEA' }), 409, 'room-name-taken')
    const { body } = await bob.call('GET', '/v1/rooms')
    const { role: _, joinedAt: __, ...everyones } = made.body
    t.same(body, { rooms: [everyones], more: false })
    t.same((await bob.call('GET', '/v1/rooms/tea')).body, everyones)
    t.same((await bob.call('GET', '/v1/rooms?joined=true')).body.rooms, [])
    await answers(t, say(bob, 'tea', 'hi'), 403, 'not-a-member')
    t.same(await chapter(), [['room.joined Tea owner ann'], [], []], 'one entry, for one person')
  })

  await t.test('who joins gets what is said from then on, and may read the rest', async (t) => {
    await say(ann, 'tea', 'first')
    const joined = await bob.call('PUT', '/v1/rooms/tea/members/bob')
    t.match(joined, { status: 200, body: { username: 'bob', role: 'member', online: true } })
    await answers(t, bob.call('PUT', '/v1/rooms/tea/members/BOB'), 200)
    const said = await say(bob, 'tea', 'hi')
    t.match(said.body, { kind: 'room', room: 'Tea', from: 'bob', text: 'hi' })
    t.same((await ann.call('GET', said.headers.get('location') as string)).body, said.body)
    t.same(await chapter(), [
      ['Tea: first', 'member.joined Tea bob member bob', 'Tea: hi'],
      ['room.joined Tea member bob', 'Tea: hi'],
      [],
    ])
    t.same(await texts(bob, 'tea'), ['first', 'hi'])
    t.same(await texts(cid, 'tea'), ['first', 'hi'], 'everyone may read an open room')
  })

  await t.test('nobody learns of a private room but who is added to it', async (t) => {
    const cellar = { name: 'cellar', access: 'private', history: 'since-joined' }
    await answers(t, ann.call('POST', '/v1/rooms', cellar), 201)
    await say(ann, 'cellar', 'before bob')
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', {}],
      ['DELETE', ''],
      ['GET', '/members'],
      ['PUT', '/members/bob'],
      ['GET', '/messages'],
      ['POST', '/messages', { text: 'hi' }],
      ['GET', '/bans'],
    ] as const)
      await answers(t, bob.call(method, `/v1/rooms/cellar${path}`, body), 404, 'unknown-room')
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/members/nobody'), 404, 'unknown-person')
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/members/bob'), 200)
    await answers(t, bob.call('PUT', '/v1/rooms/cellar/members/cid'), 403, 'forbidden')
    await say(ann, 'cellar', 'with bob')
    t.same(await texts(bob, 'cellar'), ['with bob'], 'what was said while he was a member')
    t.same(await texts(ann, 'cellar'), ['before bob', 'with bob'])
    t.same(await chapter(), [
      [
        'room.joined cellar owner ann',
        'cellar: before bob',
        'member.joined cellar bob member ann',
        'cellar: with bob',
      ],
      ['room.joined cellar member ann', 'cellar: with bob'],
      [],
    ])
  })

  await t.test('roles are given, and what a room is about is changed', async (t) => {
    await answers(t, bob.call('PATCH', '/v1/rooms/tea', { topic: 'Cups' }), 403, 'forbidden')
    await answers(t, ann.call('PUT', '/v1/rooms/tea/members/bob', { role: 'moderator' }), 200)
    const { body } = await bob.call('PATCH', '/v1/rooms/tea', { topic: 'Cups' })
    t.match(body, { topic: 'Cups', role: 'moderator' })
    await answers(t, bob.call('PATCH', '/v1/rooms/tea', { topic: 'Cups' }), 200)
    await answers(t, bob.call('PATCH', '/v1/rooms/tea', { archived: true }), 403, 'forbidden')
    await answers(t, ann.call('PATCH', '/v1/rooms/cellar', { access: 'open' }), 409, 'cannot-open')
    const stepDown = ann.call('PUT', '/v1/rooms/tea/members/ann', { role: 'member' })
    await answers(t, stepDown, 409, 'last-owner')
    const told = ['member.updated Tea bob moderator ann', 'room.updated Tea']
    t.same(await chapter(), [told, told, []])
    const { body: members } = await cid.call('GET', '/v1/rooms/tea/members?limit=1')
    t.match(members, { members: [{ username: 'ann', role: 'owner' }], count: 2, more: true })
  })

  await t.test('who was away gets all of it once, up to where they left', async (t) => {
    const { cursor } = bob.stream
    bob.stream.cut()
    await say(ann, 'tea', 'one')
    await say(cid, 'tea', 'not from outside')
    await say(ann, 'cellar', 'two')
    await answers(t, bob.call('DELETE', '/v1/rooms/tea/members/bob'), 204)
    await answers(t, bob.call('DELETE', '/v1/rooms/tea/members/bob'), 204)
    await say(ann, 'tea', 'three')
    await ann.broadcast('four')
    await rejoin(bob, cursor)
    const lines = ['Tea: one', 'cellar: two', 'room.left Tea left bob', 'broadcast: four']
    t.same(linesOf(bob.stream), lines)
    t.match(await chapter(), [
      ['Tea: one', 'cellar: two', 'member.left Tea bob bob', 'Tea: three', 'broadcast: four'],
      lines,
      ['broadcast: four'],
    ])
    t.same((await texts(bob, 'tea')).slice(-2), ['one', 'three'], 'the history is for everyone')
  })

  await t.test('the banned are out at once, and can neither come back nor be added', async (t) => {
    const { cursor } = bob.stream
    await say(bob, 'cellar', 'last words')
    await answers(t, bob.call('PUT', '/v1/rooms/cellar/bans/ann'), 403, 'forbidden')
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/bans/bob'), 204)
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/bans/bob'), 204)
    await answers(t, say(bob, 'cellar', 'hi'), 404, 'unknown-room')
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/members/bob'), 403, 'forbidden')
    const { body } = await ann.call('GET', '/v1/rooms/cellar/bans')
    t.match(body, { bans: [{ username: 'bob', by: 'ann', at: /Z$/ }], more: false })
    await say(ann, 'cellar', 'without bob')
    t.same(await chapter(), [
      ['cellar: last words', 'member.left cellar bob ann', 'cellar: without bob'],
      ['cellar: last words', 'room.left cellar banned ann'],
      [],
    ])
    await rejoin(bob, cursor)
    t.equal(
      linesOf(bob.stream)[0],
      'room.left cellar banned ann',
      'what he said he may not read any more',
    )
    await answers(t, ann.call('DELETE', '/v1/rooms/cellar/bans/bob'), 204)
    await answers(t, ann.call('PUT', '/v1/rooms/cellar/members/bob'), 200)
    t.same(await texts(bob, 'cellar'), ['with bob', 'two', 'last words'])
    await chapter()
  })

  await t.test('a stream from the beginning tells of rooms as they are now', async (t) => {
    const stream = await bob.open({ cursor: '0' })
    await stream.next('ready')
    const told = stream.events.filter(({ event }) => ofRooms.test(event))
    t.same(
      told.map(lineOf).filter((line) => !line.startsWith('broadcast')),
      [
        'room.joined Tea member bob',
        'Tea: hi',
        'room.joined cellar member ann',
        'cellar: with bob',
        'member.updated Tea bob moderator ann',
        'room.updated Tea',
        'Tea: one',
        'cellar: two',
        'room.left Tea left bob',
        'cellar: last words',
        'room.left cellar banned ann',
        'room.joined cellar member ann',
      ],
    )
    const joined = told.find(({ event }) => event === 'room.joined')
    t.match(joined?.data.room, {
      name: 'Tea',
      topic: 'Cups',
      memberCount: 1,
      role: 'member',
      joinedAt: /^\d{4}-.*Z$/,
    })
    const ids = told.map(({ id }) => Number.parseInt(id as string, 10))
    t.same(
      ids,
      [...new Set(ids)].sort((one, other) => one - other),
      'in order, each once',
    )
    stream.cut()
  })

  await t.test('a deleted room is gone at once, and its name is free', async (t) => {
    await bob.call('PUT', '/v1/rooms/tea/members/bob')
    await answers(t, bob.call('DELETE', '/v1/rooms/tea'), 403, 'forbidden')
    const { body: said } = await say(ann, 'tea', 'goodbye')
    await answers(t, ann.call('DELETE', '/v1/rooms/tea'), 204)
    await answers(t, ann.call('DELETE', '/v1/rooms/tea'), 404, 'unknown-room')
    await answers(t, ann.call('GET', `/v1/messages/${said.id}`), 404, 'not-found')
    await answers(t, bob.call('POST', '/v1/rooms', { name: 'tea' }), 201)
    t.same(await texts(bob, 'tea'), [], 'it is another room')
    const [anns, bobs] = await chapter()
    t.same(anns?.slice(-1), ['room.deleted Tea'])
    t.same(bobs?.slice(-2), ['room.deleted Tea', 'room.joined tea owner bob'])
  })

  await t.test('a private room without members is deleted, an open one archived', async (t) => {
    await answers(t, bob.call('DELETE', '/v1/rooms/tea/members/bob'), 204)
    t.match((await cid.call('GET', '/v1/rooms/tea')).body, { archived: true, memberCount: 0 })
    await answers(t, cid.call('PUT', '/v1/rooms/tea/members/cid'), 200)
    await answers(t, say(cid, 'tea', 'hi'), 409, 'room-archived')
    const { body } = await cid.call('PATCH', '/v1/rooms/tea', { archived: false })
    t.match(body, { archived: false, role: 'owner' }, 'who joins an empty room is its owner')
    await answers(t, bob.call('DELETE', '/v1/rooms/cellar/members/bob'), 204)
    await answers(t, ann.call('DELETE', '/v1/rooms/cellar/members/ann'), 204)
    await answers(t, ann.call('GET', '/v1/rooms/cellar'), 404, 'unknown-room')
    await answers(t, cid.call('POST', '/v1/rooms', { name: 'cellar' }), 201)
  })
}

/** Opens another stream at a cursor, in place of the one before. */
async function rejoin(member: Member, cursor: string | undefined): Promise<void> {
  member.stream.cut()
  member.stream = await member.open({ cursor })
  await member.stream.next('ready')
}
