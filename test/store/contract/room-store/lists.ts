import type { Test } from 'tap'
import type { Room } from '../../../../src/store/room.ts'
import type { RoomQuery } from '../../../../src/store/room-store.ts'
import { registerUser } from '../../fixtures.ts'
import { ban, create, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'

const everything: RoomQuery = { after: null, limit: 50, joined: false, prefix: null }

/** The names of a list of rooms, and `…` where there are more. */
async function listed(house: House, viewer: Name, query: Partial<RoomQuery> = {}) {
  const { rooms, more } = await house.store.rooms.list(house.id(viewer), {
    ...everything,
    ...query,
  })
  return [...rooms.map(({ room }) => room.name), ...(more ? ['…'] : [])]
}

export async function listsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('finds a room for those who may read it', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, clock } = house
    const find = (name: Name, room = 'tea') => store.rooms.find(house.id(name), room)
    await house.done('ann', create('tea'))
    t.match(await find('bob'), { room: { name: 'tea', memberCount: 1 }, membership: null })
    t.equal(await find('ann', 'te'), undefined)
    clock.advance(7)
    await house.done('ann', put('tea', 'bob'))
    await house.done('ann', update('tea', { access: 'private' }))
    t.match(await find('bob'), {
      room: { access: 'private', memberCount: 2, createdAt: clock.now() - 7 },
      membership: { role: 'member', joinedAt: clock.now() },
    })
    t.equal(await find('cid'), undefined)
    await house.done('bob', remove('tea', 'bob'))
    t.equal(await find('bob'), undefined)
  })

  await t.test('lists open rooms and the own ones, by key', async (t) => {
    const house = await openHouse(t, openFixture)
    t.same(await listed(house, 'ann'), [])
    for (const name of ['rum', 'ale', 'tea']) await house.done('ann', create(name))
    await house.done('ann', create('gin', { access: 'private' }))
    await house.done('bob', create('mead', { access: 'private' }))
    await house.join('tea', 'bob')
    t.same(await listed(house, 'ann'), ['ale', 'gin', 'rum', 'tea'])
    t.same(await listed(house, 'bob'), ['ale', 'mead', 'rum', 'tea'])
    t.same(await listed(house, 'bob', { joined: true }), ['mead', 'tea'])
    t.same(await listed(house, 'cid', { joined: true }), [])
    t.same(await listed(house, 'bob', { limit: 2 }), ['ale', 'mead', '…'])
    t.same(await listed(house, 'bob', { limit: 2, after: 'mead' }), ['rum', 'tea'])
    t.same(await listed(house, 'bob', { limit: 1, joined: true }), ['mead', '…'])
    t.same(await listed(house, 'bob', { limit: 1, joined: true, after: 'mead' }), ['tea'])
    t.same(await listed(house, 'bob', { after: 'b' }), ['mead', 'rum', 'tea'])
    const { rooms } = await house.store.rooms.list(house.id('bob'), everything)
    t.match(rooms, [
      { room: { name: 'ale', memberCount: 1 }, membership: null },
      { room: { name: 'mead', access: 'private' }, membership: { role: 'owner' } },
      { membership: null },
      { room: { name: 'tea', memberCount: 2 }, membership: { role: 'member' } },
    ])
    t.same(rooms[0], await house.store.rooms.find(house.id('bob'), 'ale'))
  })

  await t.test('lists the rooms whose key or title begins with a text', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { title: '100% Green' }))
    await house.done('ann', create('green', { title: 'Tomatoes' }))
    await house.done('ann', create('rum_x', { title: 'GREENS', access: 'private' }))
    await house.done('ann', create('rumba', { title: 'Evergreen' }))
    const found = (prefix: string, more: Partial<RoomQuery> = {}) =>
      listed(house, 'ann', { prefix, ...more })
    t.same(await found('gre'), ['green', 'rum_x'])
    t.same(await found('greens'), ['rum_x'], 'a title whatever its case')
    t.same(await found('t'), ['green', 'tea'])
    t.same(await found('rum'), ['rum_x', 'rumba'])
    t.same(await found('rum_'), ['rum_x'], 'an underscore is no pattern')
    t.same(await found('100%'), ['tea'])
    t.same(await found('%'), [])
    t.same(await found('gre', { limit: 1 }), ['green', '…'])
    t.same(await found('gre', { limit: 1, after: 'green' }), ['rum_x'])
    t.same(await found('gre', { joined: true }), ['green', 'rum_x'])
    t.same(await listed(house, 'bob', { prefix: 'gre' }), ['green'])
  })

  await t.test('lists members by the keys of their usernames', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, clock } = house
    const members = async (viewer: Name, after: string | null, limit: number) => {
      const page = await store.rooms.members(house.id(viewer), 'tea', { after, limit })
      return page && [page.members.map(({ person }) => person.username), page.count, page.more]
    }
    t.equal(await members('ann', null, 9), undefined)
    await house.done('cid', create('tea'))
    await house.join('tea', 'bob')
    clock.advance(3)
    await house.join('tea', 'dan', 'ann')
    await house.done('ann', remove('tea', 'ann'))
    t.same(await members('ann', null, 9), [['bob', 'cid', 'dan'], 3, false])
    t.same(await members('ann', null, 2), [['bob', 'cid'], 3, true])
    t.same(await members('ann', 'cid', 2), [['dan'], 3, false])
    t.same(await members('ann', 'c', 1), [['cid'], 3, true])
    t.same(await members('ann', 'dan', 1), [[], 3, false])
    const page = await store.rooms.members(house.id('ann'), 'tea', { after: 'bob', limit: 9 })
    t.same(page?.members, [
      { person: house.person('cid'), role: 'owner', joinedAt: clock.now() - 3 },
      { person: house.person('dan'), role: 'member', joinedAt: clock.now() },
    ])
    await house.done('cid', update('tea', { access: 'private' }))
    t.equal(await members('ann', null, 9), undefined)
    t.same(await members('dan', null, 1), [['bob'], 3, true])
  })

  await t.test('lists bans by the keys of their usernames, for moderators', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, clock } = house
    const bans = (viewer: Name, range: object = {}) =>
      store.rooms.bans(house.id(viewer), 'tea', { after: null, limit: 9, ...range })
    t.equal(await bans('ann'), undefined)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.done('ann', put('tea', 'bob', 'moderator'))
    t.same(await bans('bob'), { bans: [], more: false })
    const eve = await registerUser(store, 'eve')
    await house.done('bob', ban('tea', 'eve'))
    clock.advance(5)
    await house.done('ann', ban('tea', 'cid'))
    const cid = { person: house.person('cid'), by: house.person('ann'), at: clock.now() }
    const ofEve = {
      person: { id: eve.account.id, username: 'eve' },
      by: house.person('bob'),
      at: clock.now() - 5,
    }
    t.same(await bans('bob'), { bans: [cid, ofEve], more: false })
    t.same(await bans('ann', { limit: 1 }), { bans: [cid], more: true })
    t.same(await bans('ann', { limit: 1, after: 'cid' }), { bans: [ofEve], more: false })
    t.equal(await bans('cid'), 'forbidden')
    await house.join('tea', 'dan')
    t.equal(await bans('dan'), 'forbidden')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await bans('cid'), undefined)
  })

  await t.test('tells the rooms whose entries the streams of an account carry', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store } = house
    const memberships = (name: Name) => store.rooms.memberships(house.id(name))
    t.same(await memberships('ann'), { head: 0, rooms: [], lastLeftId: 0 })
    await house.post('ann', 'hi', { to: 'bob' })
    t.same(await memberships('bob'), { head: 1, rooms: [], lastLeftId: 0 })
    const { room: tea } = (await house.done('ann', create('tea'))).room as { room: Room }
    const { room: rum } = (await house.done('bob', create('rum'))).room as { room: Room }
    await house.done('ann', put('tea', 'bob'))
    t.same(await memberships('ann'), { head: 4, rooms: [tea.id], lastLeftId: 0 })
    const { rooms, ...others } = await memberships('bob')
    t.same(others, { head: 4, lastLeftId: 0 })
    t.same(new Set(rooms), new Set([tea.id, rum.id]))
    await house.done('ann', remove('tea', 'bob'))
    t.same(await memberships('bob'), { head: 5, rooms: [rum.id], lastLeftId: 5 })
    await house.done('ann', put('tea', 'bob'))
    t.match(await memberships('bob'), { head: 6, lastLeftId: 5 })
    await house.done('ann', remove('tea', 'ann'))
    t.same(await memberships('ann'), { head: 8, rooms: [], lastLeftId: 8 })
    t.same(await memberships('cid'), { head: 8, rooms: [], lastLeftId: 0 })
  })
}
