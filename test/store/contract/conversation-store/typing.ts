import type { Test } from 'tap'
import { direct, everyone, idOf, inRoom } from '../../conversation-keys.ts'
import { idsOf } from '../../fixtures.ts'
import { create, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'

async function types(house: House, by: Name, key = inRoom('tea')) {
  return house.store.conversations.tellTyping(house.person(by), key)
}

/** What was told of it since the last call. */
function told(house: House): string[] {
  return house.typing.splice(0).map(({ by, ref }) => `${by.username}: ${idOf(ref)}`)
}

export async function typingContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('tells who is typing', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    t.equal(await types(house, 'bob'), 'done')
    t.same(house.typing.splice(0), [
      { by: house.person('bob'), ref: (await house.conversation('ann', inRoom('tea'))).ref },
    ])
    t.equal(await types(house, 'ann', direct('cid')), 'done')
    t.equal(await types(house, 'ann', direct('ann')), 'done')
    t.equal(await types(house, 'ann', everyone), 'done')
    t.same(told(house), ['ann: direct:cid', 'ann: direct:ann', 'ann: everyone'])
    t.match(await house.store.log.bounds(), { head: 2 }, 'nothing is in the log')
  })

  await t.test('tells it beside entries, whose order it leaves', async (t) => {
    const house = await openHouse(t, openFixture)
    const said = ['one', 'two', 'three']
    await Promise.all(
      said.flatMap((text) => [house.said('ann', text), types(house, 'bob', everyone)]),
    )
    t.same(idsOf(house.take()), [1, 2, 3])
    t.same(
      told(house),
      said.map(() => 'bob: everyone'),
    )
  })

  await t.test('tells nothing for those who are not in it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    t.equal(await types(house, 'bob'), 'not-a-member')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await types(house, 'bob'), 'unknown-room')
    t.equal(await types(house, 'bob', direct('nobody')), 'unknown-user')
    t.same(told(house), [])
  })
}
