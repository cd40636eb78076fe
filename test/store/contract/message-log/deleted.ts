import type { Test } from 'tap'
import { draft } from '../../fixtures.ts'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { ban, create, deleteRoom, put, remove } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type Name, openHouse } from '../house.ts'

/** What is told of messages that are gone, or that one may not see. */
export async function deletedContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('of a deleted message only the deletion is read', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'secret', { to: 'bob', metadata: '{"secret":1}', mentions: ['bob'] })
    await house.changed('bob', react(1)) // 2
    await house.changed('ann', edit(1, 'more secret')) // 3
    await house.changed('bob', unreact(1)) // 4
    await house.changed('bob', react(1, '🎉')) // 5
    await house.said('bob', 'reply', { to: 'ann', replyTo: 1 }) // 6
    await house.changed('ann', erase(1)) // 7
    t.same(await house.reads('bob'), ['bob: reply', 'ann deleted 1'])
    t.match(await house.store.log.read(0, house.id('bob')), { scannedTo: 7 })
    t.same(await house.reads('cid'), [])
    t.match(await house.carried('bob'), [{ replyTo: 1 }, {}], 'ids stay')
    const names = ['deletedAt', 'from', 'id', 'kind', 'room', 'sentAt', 'text', 'to']
    for (const found of [
      await house.message('bob', 1),
      (await house.store.log.page(house.id('bob'), { limit: 9 }))?.entries[0],
      (await house.store.log.page(house.id('bob'), { limit: 9, withAccount: house.id('ann') }))
        ?.entries[0],
    ]) {
      t.same(Object.keys(found ?? {}).sort(), names, 'nothing optional')
      t.match(found, { id: 1, text: '' })
    }
  })

  await t.test('pages have tombstones where the messages were', async (t) => {
    const house = await openHouse(t, openFixture)
    for (const text of ['1', '2', '3', '4']) await house.said('ann', text)
    await house.changed('ann', erase(2)) // 5
    await house.changed('bob', react(3)) // 6
    await house.changed('ann', edit(4, '4b')) // 7
    await house.said('ann', '8')
    const { log } = house.store
    const page = async (range: object) => {
      const found = await log.page(house.id('bob'), { limit: 2, ...range })
      return [found?.entries.map(({ id }) => id), found?.more]
    }
    t.same(await page({}), [[4, 8], true])
    t.same(await page({ before: 8 }), [[3, 4], true])
    t.same(await page({ before: 3 }), [[1, 2], false])
    t.same(await page({ after: 0 }), [[1, 2], true])
    t.same(await page({ after: 3 }), [[4, 8], false])
  })

  await t.test('a replayed post answers with the message as it is now', async (t) => {
    const house = await openHouse(t, openFixture)
    const first = { key: 'k', digest: 'd' }
    await house.said('ann', 'first', { ...first, metadata: '{}', mentions: ['bob'] })
    await house.changed('bob', react(1))
    await house.changed('ann', edit(1, 'second', { mentions: ['cid'] }))
    const now = {
      text: 'second',
      mentions: ['cid'],
      metadata: '{}',
      editedAt: house.clock.now(),
    }
    const replay = async () => (await house.post('ann', 'first', first)) as { entry: object }
    t.match(await replay(), { kind: 'replayed', entry: { id: 1, ...now } })
    t.notOk('reactions' in (await replay()).entry)
    const byKey = async () => house.store.log.findByIdempotencyKey(house.id('ann'), 'k')
    t.match(await byKey(), { digest: 'd', entry: { id: 1, ...now } })
    t.match(await house.post('ann', 'x', { key: 'k' }), { kind: 'key-reused' })
    const tombstone = await house.changed('ann', erase(1))
    t.same(await replay(), { kind: 'replayed', entry: tombstone })
    t.same((await byKey())?.entry, tombstone)
  })

  await t.test('a repeated batch answers with its messages as they are now', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    const { ann } = house.people
    const batch = [
      draft(ann, 'edited'),
      draft(ann, 'deleted'),
      draft(ann, 'in a room', { room: 'tea' }),
      draft(ann, 'refused', { room: 'rum' }),
      draft(ann, 'as it was'),
    ]
    const { log } = house.store
    await log.append(batch, 'the batch')
    await house.changed('ann', edit(2, 'now'))
    await house.changed('ann', erase(3))
    await house.done('ann', deleteRoom('tea'))
    const deletedAt = house.clock.now()
    t.match(await log.append(batch, 'the batch'), [
      { kind: 'appended', entry: { id: 2, text: 'now', editedAt: deletedAt } },
      { kind: 'appended', entry: { id: 3, text: '', deletedAt } },
      { kind: 'appended', entry: { id: 4, text: '', deletedAt } },
      { kind: 'unknown-room' },
      { kind: 'appended', entry: { id: 5, text: 'as it was' } },
    ])
  })

  await t.test('a post into a room that was deleted replays as a tombstone', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.said('ann', 'gone', { room: 'tea', key: 'k' })
    house.clock.advance(5)
    await house.done('ann', deleteRoom('tea'))
    const deletedAt = house.clock.now()
    const check = async (when: string) => {
      const outcome = await house.post('ann', 'gone', { room: 'tea', key: 'k' })
      t.match(outcome, { kind: 'replayed', entry: { id: 2, text: '', deletedAt } }, when)
      const known = await house.store.log.findByIdempotencyKey(house.id('ann'), 'k')
      t.match(known, { entry: { id: 2, text: '', deletedAt } }, when)
    }
    await check('before it is blanked')
    for (const command of [edit(2, 'x'), erase(2), react(2)])
      t.equal(await house.tries('ann', command), 'unknown-message')
    t.equal(await house.message('ann', 2), undefined)
    while ((await house.store.retention.eraseDeleted()).more);
    await check('afterwards')
  })

  await t.test('a change of a trimmed message is passed over', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'old')
    await house.said('ann', 'old too')
    house.clock.advance(1)
    await house.changed('bob', react(1)) // 3
    await house.changed('ann', edit(1, 'new')) // 4
    await house.changed('ann', erase(2)) // 5
    await house.said('ann', '6')
    await house.changed('bob', react(6)) // 7
    await house.store.retention.deleteExpired(house.clock.now())
    t.match(await house.store.log.bounds(), { oldest: 3 })
    t.same(await house.reads('bob'), ['ann: 6', 'bob reaction-added 6: 👍, 1 now'])
    t.same(await house.texts('bob'), ['6'])
    t.match(await house.store.log.read(2, house.id('bob')), { scannedTo: 7 })
    t.match(await house.store.log.read(5, house.id('bob')), { scannedTo: 7 })
  })

  await t.test('a change is told where its message may be seen', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea', { access: 'private', history: 'since-joined' })) // 1
    await house.done('ann', put('tea', 'bob')) // 2
    await house.said('ann', 'a', { room: 'tea' }) // 3
    await house.said('ann', 'b', { room: 'tea' }) // 4
    await house.done('bob', remove('tea', 'bob')) // 5
    await house.done('ann', put('tea', 'cid')) // 6
    await house.done('ann', put('tea', 'bob')) // 7
    house.take()
    await house.changed('ann', edit(3, 'c')) // 8
    await house.changed('ann', react(3)) // 9
    await house.changed('ann', erase(4)) // 10
    await house.said('ann', 'd', { room: 'tea' }) // 11
    await house.changed('ann', react(11)) // 12
    const since = ['ann edited 3: c', 'ann reaction-added 3: 👍, 1 now', 'ann deleted 4']
    const last = ['ann: d', 'ann reaction-added 11: 👍, 1 now']
    t.same(await house.reads('bob', 7), [...since, ...last], 'who came back')
    t.same(await house.reads('cid', 7), last, 'who came later')
    const hidden = house.take().map((entry) => entry.hiddenFrom ?? [])
    t.same(
      hidden,
      [[house.id('cid')], [house.id('cid')], [house.id('cid')], [], []],
      'also of what is published',
    )
    t.equal(await house.tries('cid', react(3)), 'unknown-message')
    await house.done('ann', ban('tea', 'bob'))
    t.equal(await house.tries('bob', react(3)), 'unknown-message')
    t.same(await house.reads('bob', 7), ['bob left banned tea, by ann'])
  })

  await t.test('who was no member at a change is not told, but sees it', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea')) // 1
    await house.said('ann', 'a', { room: 'tea' }) // 2
    await house.changed('ann', edit(2, 'b')) // 3
    await house.done('bob', put('tea', 'bob')) // 4
    await house.changed('ann', edit(2, 'c')) // 5
    await house.done('bob', remove('tea', 'bob')) // 6
    await house.changed('ann', edit(2, 'd')) // 7
    t.same(await house.reads('bob'), [
      'bob joined member tea, by bob',
      'ann edited 2: d',
      'bob left left tea, by bob',
    ])
    for (const name of ['bob', 'cid'] as Name[])
      t.match(await house.message(name, 2), { text: 'd' })
  })
}
