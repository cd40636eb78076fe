import type { Test } from 'tap'
import type { Outcome } from '../../../../src/store/message-log.ts'
import { draft, entryOf, newBatchId, registerUser } from '../../fixtures.ts'
import { edit } from '../../message-commands.ts'
import { create, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'

const all = ['dan', 'cid', 'bob', 'ann', 'nobody']

export async function mentionsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('mentions those who may read it, in the order of the text', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('open'))
    await house.done('ann', create('closed', { access: 'private' }))
    await house.done('ann', put('closed', 'cid'))
    const { head } = await house.store.log.bounds()
    const to = async (where: object) => {
      const outcome = await house.post('ann', 'hi', { mentions: all, ...where })
      return entryOf(outcome).mentions
    }
    t.same(await to({}), ['dan', 'cid', 'bob', 'ann'], 'everyone')
    t.same(await to({ to: 'bob' }), ['bob', 'ann'], 'the two of a conversation')
    t.same(await to({ to: 'ann' }), ['ann'])
    t.same(await to({ room: 'open' }), ['dan', 'cid', 'bob', 'ann'], 'an open room')
    t.same(await to({ room: 'closed' }), ['cid', 'ann'], 'the members of a private one')
    t.equal(await to({ mentions: ['nobody'] }), undefined, 'none')
    t.equal(await to({ mentions: [] }), undefined)
    const told = (await house.carried('ann', head)).map(
      (entry) => (entry as { mentions?: string[] }).mentions,
    )
    const four = ['dan', 'cid', 'bob', 'ann']
    t.same(told, [four, ['bob', 'ann'], ['ann'], four, ['cid', 'ann'], undefined, undefined])
    t.same((await house.message('cid', head + 5))?.mentions, ['cid', 'ann'])
    t.match(house.take().at(-3), { mentions: ['cid', 'ann'] })
  })

  await t.test('takes for each `@` the first key that is a username', async (t) => {
    const house = await openHouse(t, openFixture)
    const { store } = house
    await registerUser(store, 'bob.')
    const mentions = [['ann..', 'ann.', 'ann'], ['bob.', 'bob'], ['ann'], ['none.', 'none']]
    t.match(await house.post('ann', 'hi', { mentions }), { entry: { mentions: ['ann', 'bob.'] } })
    const direct = { mentions: [['bob.', 'bob']], to: 'bob' }
    const outcome = await house.post('ann', 'hi', direct)
    t.match(outcome, { kind: 'appended' })
    t.notOk('mentions' in entryOf(outcome), 'whom that names may not read it')
  })

  await t.test('mentions at most 20', async (t) => {
    const house = await openHouse(t, openFixture)
    const names = Array.from({ length: 24 }, (_, at) => `user${at}`)
    for (const name of names.slice(2)) await registerUser(house.store, name)
    const [outcome] = await house.store.log.append(
      [draft(house.people.ann, 'hi', { mentions: [...names, ...names] })],
      newBatchId(),
    )
    t.same(entryOf(outcome as Outcome).mentions, names.slice(2, 22))
  })

  await t.test('judges when it is written or edited, and not when it is read', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea')) // 1
    await house.said('ann', 'hi', { room: 'tea', mentions: all }) // 2
    await house.done('ann', update('tea', { access: 'private' }))
    await house.done('ann', put('tea', 'bob'))
    const four = ['dan', 'cid', 'bob', 'ann']
    t.same((await house.message('bob', 2))?.mentions, four)
    await house.changed('ann', edit(2, undefined, { metadata: '{}' }))
    t.same((await house.message('bob', 2))?.mentions, four, 'the text was not written anew')
    const edited = await house.changed('ann', edit(2, 'ho', { mentions: all }))
    t.same(edited.mentions, ['bob', 'ann'])
    t.match(house.take().at(-1), { kind: 'edited', message: { mentions: ['bob', 'ann'] } })
    await house.done('bob', remove('tea', 'bob'))
    t.same((await house.message('ann', 2))?.mentions, ['bob', 'ann'])
    await house.changed('ann', edit(2, 'none'))
    t.equal((await house.message('ann', 2))?.mentions, undefined)
  })

  await t.test('an edit mentions only who may see the message itself', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private', history: 'since-joined' })) // 1
    await house.done('ann', put('tea', 'bob')) // 2
    await house.said('ann', 'hi', { room: 'tea', mentions: all }) // 3
    t.same((await house.message('ann', 3))?.mentions, ['bob', 'ann'])
    await house.done('ann', put('tea', 'cid')) // 4
    await house.done('bob', remove('tea', 'bob'))
    await house.done('ann', put('tea', 'bob')) // 6
    const edited = await house.changed('ann', edit(3, 'ho', { mentions: all }))
    t.same(edited.mentions, ['bob', 'ann'], 'who came back, but not who came later')
    await house.said('ann', 'direct', { to: 'bob', mentions: all }) // 8
    t.same((await house.changed('ann', edit(8, 'ho', { mentions: all }))).mentions, ['bob', 'ann'])
  })
}
