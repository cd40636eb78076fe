import type { Test } from 'tap'
import { direct, everyone, inRoom } from '../../conversation-keys.ts'
import { draft, newBatchId } from '../../fixtures.ts'
import { edit, erase, react } from '../../message-commands.ts'
import { create, deleteRoom, put } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'

/** `unread` and `mentioned`. */
async function counts(house: House, viewer: Name, key = everyone): Promise<[number, number]> {
  const { unread, mentioned } = await house.conversation(viewer, key)
  return [unread, mentioned]
}

export async function countsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('counts what others said since, and what of it mentions one', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('bob', '@ann @bob', { mentions: ['ann', 'bob'] })
    const second = await house.said('cid', 'hm')
    await house.said('dan', '@ann', { mentions: ['ann'] })
    await house.changed('cid', react(second))
    t.same(await counts(house, 'ann'), [3, 2])
    t.same(await counts(house, 'bob'), [2, 0], 'not one’s own')
    await house.marks('ann', everyone, second)
    t.same(await counts(house, 'ann'), [1, 1])
    await house.said('ann', 'well', {})
    t.same(await counts(house, 'ann'), [0, 0])
    await house.said('bob', '@ann', { to: 'ann', mentions: ['ann', 'cid'] })
    t.same(await counts(house, 'ann', direct('bob')), [1, 1])
    t.same(await counts(house, 'ann'), [0, 0])
  })

  await t.test('counts at most 100 of each, the mentions also far behind', async (t) => {
    const house = await openHouse(t, openFixture)
    const say = (count: number, mentions: string[]) =>
      house.store.log.append(
        Array.from({ length: count }, () => draft(house.people.bob, 'hi', { mentions })),
        newBatchId(),
      )
    await say(99, [])
    t.same(await counts(house, 'ann'), [99, 0])
    await say(2, ['ann'])
    t.same(await counts(house, 'ann'), [100, 2])
    await say(99, ['ann'])
    t.same(await counts(house, 'ann'), [100, 100])
    await house.marks('ann', everyone, 102)
    t.same(await counts(house, 'ann'), [98, 98])
  })

  await t.test('counts no deleted messages, and mentions as they are now', async (t) => {
    const house = await openHouse(t, openFixture)
    const [one, other, third] = [
      await house.said('bob', '@ann', { mentions: ['ann'] }),
      await house.said('bob', 'hm'),
      await house.said('bob', '@ann', { mentions: ['ann'] }),
    ]
    await house.changed('bob', edit(other, '@ann @cid @bob', { mentions: ['ann', 'cid', 'bob'] }))
    t.same(await counts(house, 'ann'), [3, 3])
    t.same(await counts(house, 'cid'), [3, 1])
    await house.changed('bob', edit(one, '@cid', { mentions: ['cid'] }))
    t.same(await counts(house, 'ann'), [3, 2])
    t.same(await counts(house, 'cid'), [3, 2])
    await house.changed('bob', edit(one, undefined, { metadata: '{}' }))
    t.same(await counts(house, 'cid'), [3, 2], 'the same text')
    await house.changed('bob', erase(third))
    t.same(await counts(house, 'ann'), [2, 1])
    await house.changed('bob', erase(other))
    t.same(await counts(house, 'ann'), [1, 0])
    t.same(await counts(house, 'cid'), [1, 1])
  })

  await t.test('counts of a room what one may read', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private', history: 'since-joined' }))
    await house.said('ann', '@bob', { room: 'tea', mentions: ['bob'] })
    await house.done('ann', put('tea', 'bob'))
    t.same(await counts(house, 'bob', inRoom('tea')), [0, 0])
    await house.said('ann', '@bob', { room: 'tea', mentions: ['bob'] })
    t.same(await counts(house, 'bob', inRoom('tea')), [1, 1])
    await house.done('ann', create('gin'))
    await house.said('ann', '@bob', { room: 'gin', mentions: ['bob'] })
    await house.join('gin', 'bob')
    t.same(await counts(house, 'bob', inRoom('gin')), [0, 0], 'of before joining nothing')
  })

  await t.test('counts nothing that was trimmed', async (t) => {
    const house = await openHouse(t, openFixture)
    const { retention } = house.store
    for (const text of ['one', 'two']) await house.said('bob', text, { mentions: ['ann'] })
    house.clock.advance(1)
    await house.said('bob', 'three', { mentions: ['ann'] })
    await retention.deleteExpired(house.clock.now())
    t.same(await counts(house, 'ann'), [1, 1])
    t.match(await house.conversation('ann', everyone), { readUpTo: 0, lastId: 3, asOf: 3 })
  })

  await t.test('begins anew in a room with the name of a deleted one', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    await house.said('ann', '@bob', { room: 'tea', mentions: ['bob'] })
    await house.done('ann', deleteRoom('tea'))
    while ((await house.store.retention.eraseDeleted()).more);
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    t.match(await house.conversation('bob', inRoom('tea')), { last: null, lastId: 6 })
    t.same(await counts(house, 'bob', inRoom('tea')), [0, 0])
  })
}
