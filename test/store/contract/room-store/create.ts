import type { Test } from 'tap'
import type { Room } from '../../../../src/store/room.ts'
import { hour } from '../../fixtures.ts'
import { create, deleteRoom, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, openHouse } from '../house.ts'

export async function createContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('makes a room whose maker is its owner', async (t) => {
    const house = await openHouse(t, openFixture)
    const { clock, store } = house
    await house.post('bob', 'before')
    const outcome = await house.done(
      'ann',
      create('tea', { name: 'Tea', topic: 'Leaves', access: 'private', history: 'since-joined' }),
    )
    const { id } = (outcome.room as { room: Room }).room
    const room = {
      id,
      name: 'Tea',
      title: 'The tea room',
      topic: 'Leaves',
      access: 'private',
      history: 'since-joined',
      archived: false,
      createdAt: clock.now(),
      memberCount: 1,
    }
    const view = { room, membership: { role: 'owner', joinedAt: clock.now() } }
    t.same(outcome, { kind: 'done', room: view, member: null, replayed: false, joined: true })
    t.same(await store.rooms.find(house.id('ann'), 'tea'), view)
    const [, { hiddenFrom, ...entry }] = house.take() as [unknown, { hiddenFrom: unknown }]
    t.same(hiddenFrom, [])
    t.same(entry, {
      kind: 'joined',
      id: 2,
      at: clock.now(),
      room,
      by: house.person('ann'),
      member: house.person('ann'),
      role: 'owner',
      reason: null,
    })
    t.match(await store.log.bounds(), { head: 2 })
  })

  await t.test('refuses a name whose key or skeleton another room has', async (t) => {
    const house = await openHouse(t, openFixture)
    const refused = async (key: string, skeletons: string[]) =>
      t.equal(await house.kind('bob', create(key, { skeletons })), 'room-name-taken', key)
    await house.done('ann', create('ace', { skeletons: ['ACE', 'ace'], access: 'private' }))
    house.take()
    await refused('ace', ['other'])
    await refused('асе', ['ace'])
    await refused('асе', ['other', 'ACE'])
    t.equal(await house.kind('bob', create('other')), 'done', 'nothing of a refused one is stored')
    t.equal(await house.kind('bob', create('ann')), 'done', 'names of people do not count')
    t.same(house.news(), ['bob joined owner other, by bob', 'bob joined owner ann, by bob'])
  })

  await t.test('gives the name of a deleted room to a new one', async (t) => {
    const house = await openHouse(t, openFixture)
    const first = await house.done('ann', create('tea', { skeletons: ['tea', 'TEA'] }))
    await house.postTo('tea', 'ann', 'of the first')
    await house.done('ann', deleteRoom('tea'))
    const second = await house.done('bob', create('tea', { skeletons: ['TEA'] }))
    t.not(idOf(first), idOf(second), 'it is another room')
    t.same(await house.texts('ann', 'tea'), [])
    t.match(await house.store.rooms.find(house.id('ann'), 'tea'), { membership: null })
  })

  await t.test('counts the rooms that the maker has joined or made', async (t) => {
    const house = await openHouse(t, openFixture)
    const make = (name: string, maxRooms: number) =>
      house.kind('ann', create(name, {}, { maxRooms }))
    await house.post('ann', 'hi', { to: 'bob' })
    await house.done('bob', create('by-bob'))
    await house.done('bob', put('by-bob', 'ann'))
    t.equal(await make('tea', 0), 'too-many-rooms')
    t.equal(await make('tea', 1), 'done', 'being added does not count')
    t.equal(await make('rum', 1), 'too-many-rooms')
    t.equal(await make('tea', 1), 'room-name-taken', 'the name is looked at first')
    await house.done('ann', remove('tea', 'ann'))
    t.equal(await make('rum', 1), 'done', 'a room that was left does not count')
  })

  await t.test('answers a repeated idempotency key with the room as it is now', async (t) => {
    const house = await openHouse(t, openFixture)
    const key = { key: 'once', digest: 'tea' }
    const first = await house.done('ann', create('tea'), key)
    t.equal(first.replayed, false)
    await house.join('tea', 'bob')
    await house.done('ann', update('tea', { title: 'Chai' }))
    house.take()
    const again = await house.done('ann', create('tea'), key)
    t.match(again, { replayed: true, joined: false, member: null })
    t.match(again.room, {
      room: { id: idOf(first), title: 'Chai', memberCount: 2 },
      membership: { role: 'owner' },
    })
    t.same(house.news(), [], 'nothing is made')
    t.same(await house.execute('ann', create('rum'), { ...key, digest: 'rum' }), {
      kind: 'key-reused',
    })
    t.match(await house.execute('bob', create('rum'), key), { kind: 'done', replayed: false })

    await house.done('ann', put('tea', 'bob', 'owner'))
    await house.done('ann', remove('tea', 'ann'))
    t.match((await house.done('ann', create('tea'), key)).room, { membership: null })
    await house.done('bob', update('tea', { access: 'private' }))
    t.same((await house.done('ann', create('tea'), key)).room, { name: 'tea' })
    await house.done('bob', deleteRoom('tea'))
    t.same((await house.done('ann', create('tea'), key)).room, { name: 'tea' })
  })

  await t.test('has one set of idempotency keys for messages and rooms', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, clock } = house
    await house.post('ann', 'hi', { key: 'message', digest: 'd' })
    const ofMessage = await house.execute('ann', create('tea'), { key: 'message', digest: 'd' })
    t.same(ofMessage, { kind: 'key-reused' })
    const key = { key: 'room', digest: 'd' }
    await house.done('ann', create('tea'), key)
    t.equal(await store.log.findByIdempotencyKey(house.id('ann'), 'room'), undefined)
    t.same(await house.post('ann', 'hi', key), { kind: 'key-reused' })
    clock.advance(24 * hour)
    t.match(await house.execute('ann', create('tea'), key), { replayed: true })
    clock.advance(1)
    t.same(await house.execute('ann', create('tea'), key), { kind: 'room-name-taken' })
    t.match(await house.execute('ann', create('rum'), key), { kind: 'done', replayed: false })
  })

  await t.test('refuses every command of a session that has ended', async (t) => {
    const house = await openHouse(t, openFixture)
    const key = { key: 'once', digest: 'tea' }
    await house.done('ann', create('tea'), key)
    await house.store.sessions.end(house.people.ann.id)
    house.take()
    const ended = { kind: 'session-ended' }
    t.same(await house.execute('ann', create('tea'), key), ended, 'before the key is looked up')
    t.same(await house.execute('ann', deleteRoom('tea')), ended)
    house.clock.advance(1_000 * hour)
    t.same(await house.execute('bob', put('tea', 'bob')), ended, 'also when it expired')
    t.same(house.news(), [])
  })
}

function idOf({ room }: Awaited<ReturnType<House['done']>>): number {
  return (room as { room: Room }).room.id
}
