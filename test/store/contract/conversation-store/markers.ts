import type { Test } from 'tap'
import type { ConversationKey } from '../../../../src/store/conversation-store.ts'
import { direct, everyone, idOf, inRoom } from '../../conversation-keys.ts'
import { draft, newBatchId, registerUser } from '../../fixtures.ts'
import { erase } from '../../message-commands.ts'
import { create, deleteRoom, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'

/** What was told of markers since the last call. */
function told(house: House): string[] {
  return house.markers.splice(0).map(({ account, ref, upTo }) => `${account}: ${idOf(ref)} ${upTo}`)
}

async function readUpTo(house: House, viewer: Name, key: ConversationKey): Promise<number> {
  return (await house.conversation(viewer, key)).readUpTo
}

export async function markersContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('begins where one comes to it', async (t) => {
    const house = await openHouse(t, openFixture)
    t.equal(await readUpTo(house, 'ann', everyone), 0)
    for (const text of ['one', 'two', 'three']) await house.said('ann', text)
    const eve = await registerUser(house.store, 'eve')
    const found = await house.store.conversations.find(eve.account, everyone)
    t.match(found, { conversation: { readUpTo: 3, unread: 0, last: { text: 'three' } } })
    await house.done('ann', create('tea'))
    await house.said('ann', 'four', { room: 'tea' })
    await house.join('tea', 'bob')
    t.match(await house.conversation('bob', inRoom('tea')), { readUpTo: 6, unread: 0, lastId: 5 })
    await house.said('ann', 'five', { to: 'bob' })
    t.match(await house.conversation('bob', direct('ann')), { readUpTo: 0, unread: 1 })
  })

  await t.test('moves to what one says oneself, and does not tell it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.said('bob', 'hi', { room: 'tea' })
    t.equal(await readUpTo(house, 'bob', inRoom('tea')), 3)
    t.equal(await readUpTo(house, 'ann', inRoom('tea')), 1)
    const drafts = [
      draft(house.people.ann, 'one', { room: 'tea' }),
      draft(house.people.ann, 'two', { to: 'bob' }),
      draft(house.people.bob, 'three', { to: 'ann' }),
      draft(house.people.ann, 'four', { to: 'ann' }),
      draft(house.people.ann, 'five', { room: 'tea' }),
      draft(house.people.ann, 'six'),
    ]
    await house.store.log.append(drafts, newBatchId())
    t.equal(await readUpTo(house, 'ann', inRoom('tea')), 8)
    t.equal(await readUpTo(house, 'ann', direct('bob')), 5)
    t.equal(await readUpTo(house, 'bob', direct('ann')), 6)
    t.equal(await readUpTo(house, 'ann', direct('ann')), 7)
    t.equal(await readUpTo(house, 'ann', everyone), 9)
    t.equal(await readUpTo(house, 'bob', everyone), 0)
    await house.changed('ann', erase(9))
    t.equal(await readUpTo(house, 'ann', everyone), 9)
    t.same(told(house), [])
  })

  await t.test('moves forward only, and tells it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    for (const options of [{}, { to: 'bob' }, { room: 'tea' }])
      for (const text of ['one', 'two']) await house.said('ann', text, options)
    const room = (await house.conversation('bob', inRoom('tea'))).ref
    for (const [key, ref, upTo] of [
      [everyone, { type: 'everyone' }, 3],
      [direct('ann'), { type: 'direct', with: house.person('ann') }, 5],
      [inRoom('tea'), room, 7],
    ] as const) {
      t.equal(await house.marks('bob', key, upTo), 'done')
      t.same(house.markers.splice(0), [{ account: house.id('bob'), ref, upTo }])
      t.match(await house.conversation('bob', key), { readUpTo: upTo, unread: 1 })
      for (const back of [upTo, upTo - 1, 0]) t.equal(await house.marks('bob', key, back), 'done')
      t.same(told(house), [])
      t.match(await house.conversation('bob', key), { readUpTo: upTo, unread: 1 })
      t.equal(await house.marks('bob', key, 8), 'done')
      t.match(await house.conversation('bob', key), { readUpTo: 8, unread: 0 })
      told(house)
    }
    t.equal(await readUpTo(house, 'ann', inRoom('tea')), 8, 'of nobody else')
  })

  await t.test('does not go past the head, and not for those who are not in it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    t.equal(await house.marks('ann', inRoom('tea'), 2), 'stale')
    t.equal(await house.marks('bob', inRoom('tea'), 2), 'not-a-member')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await house.marks('bob', inRoom('tea'), 9), 'unknown-room')
    t.equal(await house.marks('bob', inRoom('gin'), 0), 'unknown-room')
    t.equal(await house.marks('bob', direct('nobody'), 0), 'unknown-user')
    t.equal(await house.marks('bob', direct('ann'), 1), 'done')
    t.equal(await readUpTo(house, 'bob', direct('ann')), 0, 'nothing was said')
    t.equal(await house.marks('bob', direct('ann'), 9), 'stale')
    t.same(told(house), [])
  })

  await t.test('does not go back by leaving and coming back', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.said('ann', 'hi', { room: 'tea' })
    await house.marks('bob', inRoom('tea'), 3)
    await house.store.conversations.mute(house.people.bob, inRoom('tea'), true)
    await house.done('bob', remove('tea', 'bob'))
    await house.said('ann', 'gone?', { room: 'tea' })
    await house.join('tea', 'bob')
    t.match(await house.conversation('bob', inRoom('tea')), {
      readUpTo: 6,
      unread: 0,
      muted: false,
      last: { text: 'gone?' },
    })
  })

  await t.test('says of a room with the name of a deleted one nothing of that', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.store.conversations.mute(house.people.bob, inRoom('tea'), true)
    await house.done('ann', deleteRoom('tea'))
    await house.done('ann', create('tea'))
    await house.done('ann', put('tea', 'bob'))
    t.match(await house.conversation('bob', inRoom('tea')), { readUpTo: 5, muted: false })
  })

  await t.test('takes cursors of earlier epochs, and refuses what was rewound', async (t) => {
    const fixture = await openFixture(t)
    const first = await fixture.open()
    const ann = await registerUser(first, 'ann')
    const { account } = ann
    const say = (store: typeof first) =>
      store.log.append([draft(ann, 'a note', { to: 'ann' })], newBatchId())
    await registerUser(first, 'bob')
    await say(first)
    await first.close()
    await fixture.takeSnapshot()
    const lost = await fixture.open()
    for (const _ of [1, 2]) await say(lost)
    const { epoch } = await lost.log.bounds()
    await lost.close()
    await fixture.restoreSnapshot()
    await fixture.restart()
    fixture.clock.advance(1000)
    const store = await fixture.open()
    t.teardown(() => store.close())
    for (const _ of [1, 2]) await say(store)
    const mark = (id: number) => store.conversations.markRead(ann, everyone, { id, epoch })
    t.equal(await mark(3), 'stale')
    t.match(await store.conversations.find(account, everyone), { conversation: { readUpTo: 0 } })
    t.equal(await mark(1), 'done')
    t.match(await store.conversations.find(account, everyone), { conversation: { readUpTo: 1 } })
  })

  await t.test('moves and mutes nothing by a session that has ended', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, people } = house
    await house.said('ann', 'hi')
    await store.sessions.end(people.bob.id)
    t.equal(await house.marks('bob', everyone, 1), 'session-ended')
    t.same(await store.conversations.mute(people.bob, everyone, true), { kind: 'session-ended' })
    t.match(await house.conversation('bob', everyone), { readUpTo: 0, muted: false })
    t.same(told(house), [])
  })

  await t.test('is muted for oneself alone', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.said('ann', 'hi', { to: 'bob' })
    const mute = async (by: Name, key: ConversationKey, muted = true) =>
      house.store.conversations.mute(house.people[by], key, muted)
    for (const key of [everyone, direct('ann'), inRoom('tea')]) {
      const before = await house.conversation('bob', key)
      const expected = { ...before, muted: true }
      t.same(await mute('bob', key), { kind: 'done', conversation: expected })
      t.same(await mute('bob', key), { kind: 'done', conversation: expected })
      t.same(await house.conversation('bob', key), expected)
      await house.marks('bob', key, 3)
      t.match(await house.conversation('bob', key), { muted: true, readUpTo: 3 })
      t.match(await mute('bob', key, false), { conversation: { muted: false, readUpTo: 3 } })
    }
    t.match(await house.conversation('ann', inRoom('tea')), { muted: false })
    t.same(await mute('cid', inRoom('tea')), { kind: 'not-a-member' })
    t.same(await mute('cid', inRoom('gin')), { kind: 'unknown-room' })
    t.same(await mute('cid', direct('nobody')), { kind: 'unknown-user' })
    t.match(await mute('cid', direct('dan')), { conversation: { muted: false } })
    await house.said('cid', 'hi', { to: 'dan' })
    t.match(await mute('cid', direct('dan')), { conversation: { muted: true } })
    await house.said('cid', 'hi again', { to: 'dan' })
    t.match(await house.conversation('cid', direct('dan')), { muted: true, readUpTo: 5 })
  })
}
