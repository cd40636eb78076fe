import type { Test } from 'tap'
import { ban, create, deleteRoom, put, remove, unban, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'

export async function membersContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('lets people join an open room by themselves', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    house.take()
    house.clock.advance(5)
    const { room, member } = await house.done('bob', put('tea', 'bob'))
    t.match(room, { room: { memberCount: 2 }, membership: { role: 'member' } })
    const joinedAt = house.clock.now()
    t.same(member, { person: house.person('bob'), role: 'member', joinedAt })
    t.match(house.take(), [{ kind: 'joined', room: { memberCount: 2 }, role: 'member' }])
    house.clock.advance(5)
    t.same((await house.done('bob', put('tea', 'bob'))).member, member, 'once')
    t.equal(await house.kind('cid', put('rum', 'cid')), 'unknown-room')
    await house.done('ann', create('rum', { access: 'private' }))
    t.equal(await house.kind('cid', put('rum', 'cid')), 'unknown-room')
    t.equal(await house.kind('cid', put('tea', 'cid', 'moderator')), 'not-a-member')
    t.same(house.news(), ['ann joined owner rum, by ann'])
  })

  await t.test('lets members add others', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    t.equal(await house.kind('bob', put('tea', 'cid')), 'not-a-member')
    await house.join('tea', 'bob')
    t.equal(await house.kind('bob', put('tea', 'nobody')), 'unknown-user')
    await house.done('bob', put('tea', 'cid'))
    await house.done('ann', create('rum', { access: 'private' }))
    await house.done('ann', put('rum', 'bob'))
    t.equal(
      await house.kind('bob', put('rum', 'dan')),
      'needs-moderator',
      'a private one: moderators',
    )
    await house.done('ann', put('rum', 'bob', 'moderator'))
    await house.done('bob', put('rum', 'dan'))
    t.equal(await house.kind('bob', put('rum', 'cid', 'moderator')), 'needs-owner')
    await house.done('ann', put('rum', 'cid', 'moderator'))
    house.take()

    await house.done('cid', remove('tea', 'cid'))
    t.equal(await house.kind('bob', put('tea', 'cid')), 'needs-moderator', 'who left: moderators')
    await house.done('ann', put('tea', 'cid'))
    t.same(house.news(), ['cid left left tea, by cid', 'cid joined member tea, by ann'])
  })

  await t.test('bounds the members of a room, and the rooms that someone joins', async (t) => {
    const house = await openHouse(t, openFixture)
    for (const room of ['tea', 'rum', 'ale']) await house.done('ann', create(room))
    const join = (room: string, limits: object) =>
      house.kind('bob', put(room, 'bob', undefined, limits))
    t.equal(await join('tea', { maxMembers: 1 }), 'room-full')
    t.equal(await join('tea', { maxMembers: 2, maxRooms: 1 }), 'done')
    t.equal(await join('rum', { maxRooms: 1 }), 'too-many-rooms')
    t.equal(await house.kind('ann', put('rum', 'bob', undefined, { maxRooms: 1 })), 'done')
    t.equal(await join('ale', { maxRooms: 1 }), 'too-many-rooms')
    t.equal(await join('ale', { maxRooms: 2 }), 'done', 'being added does not count')
    await house.done('bob', remove('tea', 'bob'))
    await house.done('ann', deleteRoom('ale'))
    t.equal(await join('tea', { maxRooms: 1 }), 'done', 'nor a room that was left or deleted')
  })

  await t.test('changes roles, but not that of the last owner', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid')
    house.take()
    t.equal(await house.kind('bob', put('tea', 'cid', 'moderator')), 'needs-owner')
    t.equal(await house.kind('ann', put('tea', 'ann', 'member')), 'last-owner')
    const { member, joined } = await house.done('ann', put('tea', 'bob', 'owner'))
    t.match(member, { person: { username: 'bob' }, role: 'owner' })
    t.equal(joined, false, 'nobody is new')
    t.equal((await house.done('ann', put('tea', 'dan'))).joined, true)
    t.equal((await house.done('ann', put('tea', 'dan'))).joined, false)
    t.equal((await house.done('dan', remove('tea', 'dan'))).joined, false)
    t.same(house.news(), [
      'bob role-changed owner tea, by ann',
      'dan joined member tea, by ann',
      'dan left left tea, by dan',
    ])
    await house.done('ann', put('tea', 'bob', 'owner'))
    await house.done('ann', put('tea', 'bob'))
    const { room } = await house.done('bob', put('tea', 'ann', 'member'))
    t.match(room, { membership: { role: 'owner' } })
    t.equal(await house.kind('bob', put('tea', 'bob', 'moderator')), 'last-owner')
    const entries = house.take()
    t.match(entries, [
      { kind: 'role-changed', member: { username: 'ann' }, role: 'member', reason: null },
    ])
    t.equal(entries.length, 1)
  })

  await t.test('removes members of a lower role', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid', 'dan')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    await house.done('ann', put('tea', 'cid', 'moderator'))
    house.take()
    t.equal(await house.kind('dan', remove('tea', 'bob')), 'not-outranked')
    t.equal(await house.kind('bob', remove('tea', 'cid')), 'not-outranked', 'not of the same')
    const { room, member } = await house.done('bob', remove('tea', 'dan'))
    t.match(room, { room: { memberCount: 3 } })
    t.equal(member, null)
    await house.done('bob', remove('tea', 'dan'))
    const entries = house.take()
    t.match(entries, [{ kind: 'left', role: null, reason: 'removed', by: { username: 'bob' } }])
    t.equal(entries.length, 1, 'who is none is not removed')
    t.equal(await house.kind('dan', remove('tea', 'cid')), 'not-a-member')
    t.equal(await house.kind('dan', remove('tea', 'nobody')), 'unknown-user')
    await house.done('dan', put('tea', 'dan'))
    t.same(house.news(), ['dan joined member tea, by dan'])
  })

  await t.test('gives a room without an owner to the moderator, else the member', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'dan', 'cid')
    await house.done('ann', put('tea', 'cid', 'moderator'))
    house.take()
    const { room } = await house.done('ann', remove('tea', 'ann'))
    t.match(room, { room: { memberCount: 3 }, membership: null })
    t.same(house.news(), ['cid role-changed owner tea, by ann', 'ann left left tea, by ann'])
    await house.done('bob', remove('tea', 'bob'))
    await house.done('bob', put('tea', 'bob'))
    await house.done('cid', remove('tea', 'cid'))
    t.same(
      house.news().slice(-2),
      ['dan role-changed owner tea, by cid', 'cid left left tea, by cid'],
      'who came first',
    )
  })

  await t.test('archives an open room without members; who joins it is the owner', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    house.take()
    const { room } = await house.done('ann', remove('tea', 'ann'))
    t.match(room, { room: { archived: true, memberCount: 0 }, membership: null })
    await house.done('bob', put('tea', 'bob'))
    t.same(house.news(), [
      'ann left left tea, by ann',
      'room-updated tea, by ann',
      'bob joined owner tea, by bob',
    ])
    await house.done('bob', update('tea', { archived: false }))
    t.equal(await house.postTo('tea', 'bob'), 'appended')
    await house.done('bob', update('tea', { archived: true }))
    house.take()
    await house.done('bob', remove('tea', 'bob'))
    t.same(house.news(), ['bob left left tea, by bob'], 'it was archived before')
  })

  await t.test('deletes a private room without members', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private' }))
    house.take()
    const { room } = await house.done('ann', remove('tea', 'ann'))
    t.same(room, { name: 'tea' })
    t.same(house.news(), ['ann left left tea, by ann', 'room-deleted tea, by ann'])
    t.equal(await house.kind('bob', create('tea')), 'done')
  })

  await t.test('keeps the banned from joining, being added and writing', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    house.take()
    t.equal(await house.kind('cid', ban('tea', 'dan')), 'needs-moderator')
    t.equal(await house.kind('dan', ban('tea', 'cid')), 'not-a-member')
    t.equal(await house.kind('bob', ban('tea', 'ann')), 'not-outranked', 'not of a higher role')
    t.equal(await house.kind('bob', ban('tea', 'bob')), 'not-outranked')
    t.equal(await house.kind('bob', ban('tea', 'nobody')), 'unknown-user')
    await house.done('bob', ban('tea', 'cid'))
    await house.done('bob', ban('tea', 'dan'))
    await house.done('bob', ban('tea', 'dan'))
    t.match(house.take(), [{ kind: 'left', reason: 'banned', role: null }])
    t.equal(house.published.filter(({ kind }) => kind === 'left').length, 1)
    for (const name of ['cid', 'dan'] as const) {
      t.equal(await house.kind(name, put('tea', name)), 'banned')
      t.equal(await house.kind('ann', put('tea', name)), 'target-banned')
      t.equal(await house.postTo('tea', name), 'forbidden')
      t.ok(await house.store.rooms.find(house.id(name), 'tea'), 'an open room may be read')
    }
    t.equal(await house.kind('cid', unban('tea', 'cid')), 'banned')
    await house.done('bob', unban('tea', 'cid'))
    await house.done('bob', unban('tea', 'cid'))
    t.equal(await house.postTo('tea', 'cid'), 'not-a-member')
    await house.done('cid', put('tea', 'cid'))
    t.same(house.news(), ['cid joined member tea, by cid'])
  })

  await t.test('lets nobody ban an owner, and hides a private room from the banned', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private' }))
    await house.done('ann', put('tea', 'bob', 'owner'))
    t.equal(await house.kind('ann', ban('tea', 'bob')), 'not-outranked', 'owners keep owners')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    await house.done('ann', ban('tea', 'bob'))
    t.equal(await house.kind('bob', put('tea', 'bob')), 'unknown-room', 'nor may they read it')
    t.equal(await house.postTo('tea', 'bob'), 'unknown-room')
  })
}
