import type { Test } from 'tap'
import { edit, erase, react, unreact } from '../message-commands.ts'
import { create, put } from '../room-commands.ts'
import type { OpenFixture } from './fixture.ts'
import { type House, type Name, openHouse } from './house.ts'

export async function blockStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  const set = (house: House, by: Name, key: string, blocked = true) =>
    house.store.blocks.set({ kind: 'session', session: house.people[by].id }, key, blocked)

  await t.test('lists whom an account has blocked, by name', async (t) => {
    const house = await openHouse(t, openFixture)
    const list = async (by: Name, after: string | null = null, limit = 9) => {
      const { users, more } = await house.store.blocks.list(house.id(by), { after, limit })
      return [users.map(({ username }) => username), more]
    }
    t.same(await list('ann'), [[], false])
    for (const key of ['dan', 'bob', 'cid', 'bob']) t.equal(await set(house, 'ann', key), 'done')
    const { users } = await house.store.blocks.list(house.id('ann'), { after: null, limit: 1 })
    t.same(users, [house.people.bob.account])
    t.same(await list('ann'), [['bob', 'cid', 'dan'], false])
    t.same(await list('ann', null, 2), [['bob', 'cid'], true])
    t.same(await list('ann', 'cid', 1), [['dan'], false])
    t.same(await list('bob'), [[], false], 'a block is one-sided')
    for (let times = 0; times < 2; times++)
      t.equal(await set(house, 'ann', 'cid', false), 'done', 'also where there is none')
    t.same(await list('ann'), [['bob', 'dan'], false])
    t.equal(await set(house, 'ann', 'ann'), 'oneself')
    t.equal(await set(house, 'ann', 'nobody'), 'unknown-user')
    await house.store.sessions.end(house.people.ann.id)
    t.equal(await set(house, 'ann', 'cid'), 'session-ended')
  })

  await t.test('who is blocked cannot write to the other, who can write to them', async (t) => {
    const house = await openHouse(t, openFixture)
    const toAnn = { to: 'ann' }
    const his = await house.said('bob', 'hi', toAnn)
    const hers = await house.said('ann', 'hello', { to: 'bob' })
    await house.change('bob', react(hers))
    await set(house, 'ann', 'bob')
    const refused = { kind: 'not-accepted' }
    t.match(await house.post('bob', 'again', toAnn), refused)
    const offline = await house.post('bob', 'again', { ...toAnn, whenOffline: 'reject' })
    t.match(offline, refused, 'before it is told whether she is online')
    t.match(await house.post('bob', 'to nobody', { to: 'nobody' }), { kind: 'unknown-recipient' })
    t.match(await house.change('bob', edit(his, 'worse')), refused)
    t.match(await house.change('bob', react(hers, '🎉')), refused)
    const typing = (by: Name, key: string) =>
      house.store.conversations.tellTyping(house.people[by].account, { type: 'direct', key })
    t.equal(await typing('bob', 'ann'), 'not-accepted')
    t.same(house.typing, [])
    t.match(await house.change('bob', unreact(hers)), { kind: 'done' }, 'he takes back')
    t.match(await house.change('bob', erase(his)), { kind: 'done' })

    await house.said('bob', 'to everyone')
    await house.said('bob', 'to another', { to: 'cid' })
    await house.said('bob', 'to himself', { to: 'bob' })
    const own = await house.said('ann', 'she may', { to: 'bob' })
    t.match(await house.change('ann', edit(own, 'she may edit')), { kind: 'done' })
    t.equal(await typing('ann', 'bob'), 'done')
    await set(house, 'ann', 'bob', false)
    await house.said('bob', 'once more', toAnn)
    t.equal(await typing('bob', 'ann'), 'done')
  })

  await t.test('a retry of what was sent before a block is answered', async (t) => {
    const house = await openHouse(t, openFixture)
    const once = { to: 'ann', key: 'once' }
    await house.said('bob', 'hi', once)
    await set(house, 'ann', 'bob')
    t.match(await house.post('bob', 'hi', once), { kind: 'replayed' })
  })

  await t.test('who is blocked cannot add the other to a room', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('bob', create('tea'))
    await set(house, 'ann', 'bob')
    t.equal(await house.kind('bob', put('tea', 'ann')), 'not-accepted')
    t.equal(await house.kind('bob', put('tea', 'cid')), 'done')
    t.equal(await house.kind('cid', put('tea', 'ann')), 'done', 'others can')
    t.equal(await house.kind('bob', put('tea', 'ann', 'moderator')), 'done', 'she is a member')
    await house.said('bob', 'in the room', { room: 'tea' })
  })
}
