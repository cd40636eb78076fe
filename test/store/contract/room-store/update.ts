import type { Test } from 'tap'
import { ban, create, deleteRoom, put, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'

export async function updateContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('changes what is told of a room', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    house.take()
    const { room } = await house.done('bob', update('tea', { title: 'Chai', topic: 'Spices' }))
    t.match(room, {
      room: { title: 'Chai', topic: 'Spices', access: 'open', archived: false, memberCount: 3 },
      membership: { role: 'moderator' },
    })
    t.match(house.take(), [
      { kind: 'room-updated', room: { title: 'Chai', topic: 'Spices' }, by: { username: 'bob' } },
    ])
    await house.done('ann', update('tea', { archived: true, topic: '' }))
    t.match(house.take(), [{ kind: 'room-updated', room: { archived: true, topic: '' } }])
    t.equal(await house.postTo('tea', 'ann'), 'room-archived')
    await house.done('ann', update('tea', { archived: false }))
    await house.done('ann', update('tea', { access: 'private' }))
    t.match(house.take(), [
      { kind: 'room-updated', room: { archived: false } },
      { kind: 'room-updated', room: { access: 'private' } },
    ])
    t.match(await house.store.rooms.find(house.id('cid'), 'tea'), {
      room: { title: 'Chai', topic: '', access: 'private', archived: false },
    })
    t.equal(await house.kind('ann', update('tea', { access: 'open' })), 'cannot-open')
    t.equal(await house.kind('dan', update('tea', { title: 'x' })), 'unknown-room')
  })

  await t.test('makes no entry of what changes nothing', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { topic: 'Leaves' }))
    house.take()
    const fields = { title: 'The tea room', topic: 'Leaves', archived: false, access: 'open' }
    t.match(await house.execute('ann', update('tea', fields as object)), { kind: 'done' })
    t.equal(await house.kind('ann', update('tea', {})), 'done')
    t.same(house.news(), [])
  })

  await t.test('refuses a change to those without the right', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    await house.done('ann', ban('tea', 'dan'))
    house.take()
    t.equal(await house.kind('cid', update('tea', { title: 'x' })), 'needs-moderator')
    t.equal(await house.kind('bob', update('tea', { archived: true })), 'needs-owner')
    t.equal(await house.kind('bob', update('tea', { access: 'private' })), 'needs-owner')
    t.equal(await house.kind('dan', update('tea', { title: 'x' })), 'banned')
    t.equal(await house.kind('bob', deleteRoom('tea')), 'needs-owner')
    t.equal(await house.kind('ann', update('rum', { title: 'x' })), 'unknown-room')
    await house.done('ann', create('rum', { access: 'private' }))
    t.equal(await house.kind('bob', update('rum', { title: 'x' })), 'unknown-room')
    t.equal(await house.kind('bob', deleteRoom('rum')), 'unknown-room')
    await house.done('ann', create('ale'))
    t.equal(await house.kind('bob', update('ale', { title: 'x' })), 'not-a-member')
    t.equal(await house.kind('bob', deleteRoom('ale')), 'not-a-member')
    t.same(house.news(), ['ann joined owner rum, by ann', 'ann joined owner ale, by ann'])
  })

  await t.test('deletes a room: at once nobody can read it', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store } = house
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.done('ann', ban('tea', 'cid'))
    await house.postTo('tea', 'bob', 'said')
    const before = house.published.length
    house.take()
    const { room } = await house.done('ann', deleteRoom('tea'))
    t.same(room, { name: 'tea' })
    const [entry] = house.take()
    t.match(entry, { kind: 'room-deleted', id: before + 1, by: { username: 'ann' } })
    t.same(Object.keys((entry as { room: object }).room).sort(), ['id', 'name'])
    for (const name of ['ann', 'bob', 'dan'] as const) {
      const viewer = house.id(name)
      t.equal(await store.rooms.find(viewer, 'tea'), undefined)
      t.equal(await store.rooms.members(viewer, 'tea', { after: null, limit: 9 }), undefined)
      t.equal(await store.rooms.bans(viewer, 'tea', { after: null, limit: 9 }), undefined)
      t.equal(await store.log.page(viewer, { limit: 9, inRoom: 'tea' }), undefined)
      t.equal(await store.log.message(before, viewer), undefined)
      t.match(
        await store.rooms.list(viewer, { after: null, limit: 9, joined: false, prefix: '' }),
        {
          rooms: [],
        },
      )
      t.match(await store.rooms.memberships(viewer), { rooms: [] })
    }
    t.equal(await house.postTo('tea', 'ann'), 'unknown-room')
    t.equal(await house.kind('ann', put('tea', 'ann')), 'unknown-room')
    t.equal(await house.kind('ann', deleteRoom('tea')), 'unknown-room')
    t.same(house.news(), [])
  })
}
