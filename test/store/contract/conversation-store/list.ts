import type { Test } from 'tap'
import type { ConversationQuery } from '../../../../src/store/conversation-store.ts'
import { direct, everyone, idOf, inRoom } from '../../conversation-keys.ts'
import { registerUser } from '../../fixtures.ts'
import { erase, react } from '../../message-commands.ts'
import { create, deleteRoom, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'

const first: ConversationQuery = { before: null, limit: 200 }

/** The ids of a page with their `lastId`, and `…` where there are more. */
async function listed(house: House, viewer: Name, query: Partial<ConversationQuery> = {}) {
  const { conversations, more } = await house.store.conversations.list(house.person(viewer), {
    ...first,
    ...query,
  })
  const told = conversations.map(({ ref, lastId }) => `${idOf(ref)} ${lastId}`)
  return [...told, ...(more ? ['…'] : [])]
}

/** `done`, or why not. */
async function finds(house: House, viewer: Name, key = inRoom('tea')) {
  return (await house.store.conversations.find(house.person(viewer), key)).kind
}

export async function listContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('lists the conversations that one is in, the newest first', async (t) => {
    const house = await openHouse(t, openFixture)
    t.same(await listed(house, 'ann'), ['everyone 0'])
    await house.done('ann', create('tea'))
    await house.done('bob', create('gin', { access: 'private' }))
    await house.said('bob', 'hi', { to: 'ann' })
    t.same(await listed(house, 'ann'), ['direct:bob 3', 'room:tea 1', 'everyone 0'])
    await house.said('cid', 'hello')
    await house.said('ann', 'a note', { to: 'ann' })
    await house.done('bob', put('gin', 'ann'))
    await house.said('ann', 'hi', { room: 'tea' })
    const all = ['room:tea 7', 'room:gin 6', 'direct:ann 5', 'everyone 4', 'direct:bob 3']
    t.same(await listed(house, 'ann'), all)
    t.same(await listed(house, 'dan'), ['everyone 4'])
    await house.done('ann', remove('tea', 'ann'))
    t.same(await listed(house, 'ann'), all.slice(1), 'without a room that was left')
    await house.done('bob', deleteRoom('gin'))
    t.same(await listed(house, 'ann'), all.slice(2), 'without a room that was deleted')
  })

  await t.test('tells of one what a list tells of it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { title: 'Tea & cake' }))
    await house.join('tea', 'bob')
    const hi = await house.said('ann', '@bob hi', {
      room: 'tea',
      mentions: ['bob'],
      metadata: '{}',
    })
    await house.changed('bob', react(hi))
    const conversation = await house.conversation('bob', inRoom('tea'))
    t.same(conversation, {
      ref: { type: 'room', room: { id: conversation.last?.room?.id, name: 'tea' } },
      title: 'Tea & cake',
      last: await house.message('bob', hi).then((message) => {
        const { reactions: _, ...rest } = message as NonNullable<typeof message>
        return rest
      }),
      lastId: hi,
      readUpTo: 2,
      unread: 1,
      mentioned: 1,
      muted: false,
      asOf: 4,
    })
    const { bounds, conversations } = await house.store.conversations.list(
      house.person('bob'),
      first,
    )
    t.same(conversations[0], conversation)
    t.match(bounds, { oldest: 1, head: 4 })
    t.same(await house.conversation('bob', everyone), conversations[1])
    t.match(conversations[1], { title: 'everyone', last: null, lastId: 0, readUpTo: 0 })
    await house.said('cid', 'psst', { to: 'bob' })
    t.match(await house.conversation('bob', direct('cid')), {
      ref: { type: 'direct', with: house.person('cid') },
      title: 'cid',
      last: { text: 'psst' },
    })
  })

  await t.test('shows the newest message that one may read, deleted ones too', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private', history: 'since-joined' }))
    await house.done('ann', put('tea', 'bob'))
    const seen = await house.said('ann', 'for bob', { room: 'tea' })
    await house.done('bob', remove('tea', 'bob'))
    await house.said('ann', 'without bob', { room: 'tea' })
    await house.done('ann', put('tea', 'bob'))
    await house.done('ann', put('tea', 'cid'))
    t.match(await house.conversation('bob', inRoom('tea')), { last: { id: seen }, lastId: seen })
    t.match(await house.conversation('cid', inRoom('tea')), { last: null, lastId: 7 })
    await house.changed('ann', erase(seen))
    const { last } = await house.conversation('bob', inRoom('tea'))
    t.match(last, { id: seen, text: '' })
    t.type(last?.deletedAt, 'number')
    const since = await house.said('ann', 'for all', { room: 'tea' })
    for (const name of ['bob', 'cid'] as const)
      t.equal((await house.conversation(name, inRoom('tea'))).lastId, since)
  })

  await t.test('goes on after a place in the list', async (t) => {
    const house = await openHouse(t, openFixture)
    for (const name of ['a', 'b', 'c', 'd']) await house.done('ann', create(name))
    t.same(await listed(house, 'ann', { limit: 2 }), ['room:d 4', 'room:c 3', '…'])
    const after = (lastId: number, id: string | null = null, limit = 2) =>
      listed(house, 'ann', { before: { lastId, id }, limit })
    t.same(await after(3), ['room:b 2', 'room:a 1', '…'])
    t.same(await after(3, 'room:c'), ['room:b 2', 'room:a 1', '…'])
    t.same(await after(3, 'room:b'), ['room:c 3', 'room:b 2', '…'], 'before it by its id')
    t.same(await after(2, null, 200), ['room:a 1', 'everyone 0'])
    t.same(await after(1), ['everyone 0'])
    t.same(await after(0), [])
    t.same(await after(99, null, 1), ['room:d 4', '…'])
  })

  await t.test('orders those of one lastId by id', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store, clock } = house
    const names = ['ﬀ', '😀', 'Zoe', 'été']
    for (const name of names) await registerUser(store, name)
    for (const to of [...names, 'cid', 'bob']) await house.said('ann', 'old', { to })
    clock.advance(1000)
    await house.said('dan', 'new', { to: 'dan' })
    await store.retention.deleteExpired(clock.now())
    const all = ['Zoe', 'bob', 'cid', 'été', 'ﬀ', '😀'].map((name) => `direct:${name} 0`)
    t.same(await listed(house, 'ann'), [...all, 'everyone 0'])
    for (const [at, id] of all.entries()) {
      const before = { lastId: 0, id: id.replace(' 0', '') }
      t.same(await listed(house, 'ann', { before, limit: 1 }), [
        all[at + 1] ?? 'everyone 0',
        ...(at < all.length - 1 ? ['…'] : []),
      ])
    }
    t.same(await listed(house, 'ann', { before: { lastId: 0, id: 'everyone' } }), [])
    t.same(await listed(house, 'ann', { before: { lastId: 0, id: null } }), [])
  })

  await t.test('finds a conversation of the people in it alone', async (t) => {
    const house = await openHouse(t, openFixture)
    t.equal(await finds(house, 'ann'), 'unknown-room')
    await house.done('ann', create('tea'))
    t.equal(await finds(house, 'ann'), 'done')
    t.equal(await finds(house, 'bob'), 'not-a-member')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await finds(house, 'bob'), 'unknown-room')
    await house.done('ann', deleteRoom('tea'))
    t.equal(await finds(house, 'ann'), 'unknown-room')
    t.equal(await finds(house, 'ann', direct('nobody')), 'unknown-user')
    t.equal(await finds(house, 'ann', everyone), 'done')
  })

  await t.test('finds a direct conversation in which nothing was said', async (t) => {
    const house = await openHouse(t, openFixture)
    for (const name of ['bob', 'ann'] as const) {
      const empty = { last: null, lastId: 0, readUpTo: 0, unread: 0, mentioned: 0, muted: false }
      t.match(await house.conversation('ann', direct(name)), {
        ref: { type: 'direct', with: house.person(name) },
        ...empty,
        asOf: 0,
      })
    }
    t.same(await listed(house, 'ann'), ['everyone 0'], 'and it begins with nothing that is asked')
  })
}
