import type { Test } from 'tap'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { create, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'

export async function reactionsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('adds and removes a reaction, once', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'hi')
    const message = await house.message('ann', 1)
    house.take()
    const done = { kind: 'done', message }
    t.same(await house.change('bob', react(1)), { ...done, changed: true })
    t.same(await house.change('bob', react(1)), { ...done, changed: false })
    t.same(await house.change('cid', react(1)), { ...done, changed: true })
    t.same(await house.change('bob', unreact(1)), { ...done, changed: true })
    t.same(await house.change('bob', unreact(1)), { ...done, changed: false })
    const published = house.take()
    t.match(published[0], {
      kind: 'reaction-added',
      id: 2,
      message: { kind: 'message', id: 1, from: house.person('ann'), to: null, room: null },
      by: house.person('bob'),
      emoji: '👍',
      count: 1,
      hiddenFrom: [],
    })
    t.match(published, [{}, { id: 3, by: house.person('cid'), count: 2 }, { id: 4, count: 1 }])
    t.equal(published.length, 3)
    t.same(
      await house.reads('dan'),
      [
        'ann: hi',
        'bob reaction-added 1: 👍, 1 now',
        'cid reaction-added 1: 👍, 1 now',
        'bob reaction-removed 1: 👍, 1 now',
      ],
      'with the count as it is now',
    )
  })

  await t.test('tells them on pages and by id, the oldest first', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'none')
    await house.said('ann', 'hi')
    for (const name of ['cid', 'ann', 'bob'] as const) await house.changed(name, react(2, '👍'))
    await house.changed('dan', react(2, '🎉'))
    await house.changed('bob', react(2, '🎉'))
    const reactions = (me: boolean) => [
      { emoji: '👍', count: 3, me: true, by: ['cid', 'ann', 'bob'] },
      { emoji: '🎉', count: 2, me, by: ['dan', 'bob'] },
    ]
    t.same((await house.message('bob', 2))?.reactions, reactions(true))
    t.same((await house.message('ann', 2))?.reactions, reactions(false))
    t.equal((await house.message('ann', 1))?.reactions, undefined, 'where there are some')
    const page = await house.store.log.page(house.id('ann'), { limit: 9 })
    t.same(
      page?.entries.map(({ reactions }) => reactions),
      [undefined, reactions(false)],
    )
    t.equal('reactions' in (await house.changed('ann', edit(2, 'ho'))), false, 'not in an answer')
    t.notOk(
      (await house.carried('ann')).some((entry) => 'reactions' in entry),
      'nor in a stream',
    )
    await house.changed('cid', unreact(2))
    await house.changed('cid', react(2))
    t.match(
      (await house.message('cid', 2))?.reactions,
      [
        { emoji: '👍', by: ['ann', 'bob', 'cid'] },
        { emoji: '🎉', me: false },
      ],
      'who comes back is the last',
    )
    for (const name of ['ann', 'bob'] as const) await house.changed(name, unreact(2))
    t.match(
      (await house.message('cid', 2))?.reactions,
      [{ emoji: '🎉' }, { emoji: '👍', count: 1, me: true, by: ['cid'] }],
      'an emoji is as old as its oldest reaction',
    )
  })

  await t.test('a message has at most 20 different ones', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'hi')
    const emoji = Array.from({ length: 21 }, (_, at) => String.fromCodePoint(0x1f600 + at))
    for (const one of emoji.slice(0, 20)) await house.changed('ann', react(1, one))
    t.equal(await house.tries('bob', react(1, emoji[20])), 'too-many-reactions')
    t.equal(await house.tries('bob', unreact(1, emoji[20])), 'same')
    t.equal(await house.tries('bob', react(1, emoji[3])), 'changed', 'one that is there')
    t.equal(await house.tries('ann', react(1, emoji[4])), 'same')
    await house.changed('ann', unreact(1, emoji[3]))
    t.equal(await house.tries('bob', react(1, emoji[20])), 'too-many-reactions')
    await house.changed('bob', unreact(1, emoji[3]))
    t.equal(await house.tries('bob', react(1, emoji[20])), 'changed')
    const reactions = (await house.message('bob', 1))?.reactions
    t.same(
      reactions?.map(({ emoji }) => emoji),
      [...emoji.slice(0, 3), ...emoji.slice(4)],
    )
  })

  await t.test('refuses a reaction in this order', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.said('ann', 'hi', { room: 'tea' }) // 2
    t.equal(await house.tries('bob', react(2)), 'not-a-member')
    await house.done('ann', put('tea', 'bob'))
    t.equal(await house.tries('bob', react(2)), 'changed')
    await house.done('ann', update('tea', { archived: true }))
    t.equal(await house.tries('bob', react(2)), 'room-archived', 'also what changes nothing')
    t.equal(await house.tries('bob', unreact(2)), 'room-archived')
    await house.changed('ann', erase(2))
    t.equal(await house.tries('bob', unreact(2)), 'room-archived')
    await house.done('ann', update('tea', { archived: false }))
    t.equal(await house.tries('bob', react(2)), 'message-deleted')
    t.equal(await house.tries('bob', unreact(2)), 'message-deleted')
    await house.done('bob', remove('tea', 'bob'))
    t.equal(await house.tries('bob', unreact(2)), 'not-a-member')
    t.equal(await house.tries('bob', react(99)), 'unknown-message')
    await house.store.sessions.end(house.people.bob.id)
    t.equal(await house.tries('bob', react(99)), 'session-ended')
  })
}
