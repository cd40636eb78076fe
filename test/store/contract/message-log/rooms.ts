import type { Test } from 'tap'
import type { Room } from '../../../../src/store/room.ts'
import { draft, idsOf, newBatchId } from '../../fixtures.ts'
import { ban, create, deleteRoom, put, remove, unban, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, openHouse } from '../house.ts'

/** Ann's room, with bob in it. */
async function openRoom(t: Test, openFixture: OpenFixture, fields: object = {}): Promise<House> {
  const house = await openHouse(t, openFixture)
  await house.done('ann', create('tea', fields))
  await house.done('ann', put('tea', 'bob'))
  return house
}

export async function roomsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('appends to a room for its members', async (t) => {
    const house = await openHouse(t, openFixture)
    const { room } = (await house.done('ann', create('tea', { name: 'Tea' }))).room as {
      room: Room
    }
    house.take()
    const outcome = await house.post('ann', 'hi', { room: 'tea' })
    const entry = {
      kind: 'message',
      id: 2,
      from: house.person('ann'),
      to: null,
      room: { id: room.id, name: 'Tea' },
      text: 'hi',
      sentAt: house.clock.now(),
    }
    t.same(outcome, { kind: 'appended', entry })
    t.same(house.take(), [entry])
    t.same(await house.store.log.message(2, house.id('bob')), entry)
    t.same((await house.carried('ann'))[1], entry)
  })

  await t.test('judges each post of a batch by itself', async (t) => {
    const house = await openRoom(t, openFixture)
    const { ann, bob, cid } = house.people
    const outcomes = await house.store.log.append(
      [
        draft(bob, 'a', { room: 'tea' }),
        draft(bob, 'b', { room: 'rum' }),
        draft(cid, 'c', { room: 'tea' }),
        draft(cid, 'd'),
        draft(bob, 'e', { room: 'tea' }),
        draft(cid, 'f', { room: 'tea' }),
        draft(bob, 'g', { to: 'ann' }),
        draft(ann, 'h', { to: 'bob' }),
        draft(ann, 'i', { room: 'tea' }),
      ],
      newBatchId(),
    )
    t.same(
      outcomes.map((outcome) => ('entry' in outcome ? outcome.entry.id : outcome.kind)),
      [3, 'unknown-room', 'not-a-member', 4, 5, 'not-a-member', 6, 7, 8],
    )
    t.same(await house.texts('ann', 'tea'), ['a', 'e', 'i'])
    t.same(await house.texts('bob'), ['a', 'd', 'e', 'g', 'h', 'i'])
  })

  await t.test('refuses in this order: session, key, room, ban, membership, archive', async (t) => {
    const house = await openRoom(t, openFixture)
    const first = { room: 'tea', key: 'k', digest: 'd' }
    t.match(await house.post('bob', 'hi', first), { kind: 'appended' })
    await house.done('ann', ban('tea', 'bob'))
    await house.done('ann', update('tea', { archived: true }))
    t.match(await house.post('bob', 'hi', first), { kind: 'replayed', entry: { id: 3 } })
    t.match(await house.post('bob', 'hi', { ...first, digest: 'e' }), { kind: 'key-reused' })
    t.equal(await house.postTo('rum', 'ann'), 'unknown-room')
    t.equal(await house.postTo('tea', 'bob'), 'forbidden')
    t.equal(await house.postTo('tea', 'cid'), 'not-a-member')
    t.equal(await house.postTo('tea', 'ann'), 'room-archived')
    await house.done('ann', unban('tea', 'bob'))
    t.equal(await house.postTo('tea', 'bob'), 'not-a-member')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await house.postTo('tea', 'cid'), 'unknown-room')
    await house.done('ann', ban('tea', 'bob'))
    t.equal(await house.postTo('tea', 'bob'), 'unknown-room', 'before the ban')
    await house.store.sessions.end(house.people.bob.id)
    t.match(await house.post('bob', 'hi', first), { kind: 'session-ended' })
    t.same(await house.store.log.bounds().then(({ head }) => head), 6, 'nothing was stored')
  })

  await t.test('a stream carries what happened while one was a member', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.postTo('tea', 'ann', '1')
    await house.done('bob', put('tea', 'bob'))
    await house.postTo('tea', 'ann', '2')
    await house.done('ann', update('tea', { title: 'Chai' }))
    await house.done('bob', remove('tea', 'bob'))
    await house.postTo('tea', 'ann', '3')
    await house.post('cid', 'everyone')
    await house.done('ann', put('tea', 'bob'))
    await house.done('ann', put('tea', 'bob', 'moderator'))
    await house.postTo('tea', 'bob', '4')
    const ofBob = [
      'bob joined member tea, by bob',
      'ann: 2',
      'room-updated tea, by ann',
      'bob left left tea, by bob',
      'cid: everyone',
      'bob joined member tea, by ann',
      'bob role-changed moderator tea, by ann',
      'bob: 4',
    ]
    t.same(await house.reads('bob'), ofBob)
    t.equal((await house.reads('ann')).length, 11)
    t.same(await house.reads('cid'), ['cid: everyone'])
    t.match((await house.carried('bob'))[0], { room: { title: 'Chai', memberCount: 2 } })
    t.same(await house.reads('bob', 4), ofBob.slice(2), 'after an id')
    t.same(await house.texts('cid'), ['everyone'], 'a page without a conversation is the same')
    t.same(await house.texts('bob'), ['2', 'everyone', '4'])
    t.same(await house.texts('cid', 'tea'), ['1', '2', '3', '4'], 'an open room is for all')
  })

  await t.test('a private room is withheld from who is no member now', async (t) => {
    const house = await openRoom(t, openFixture, { access: 'private' })
    await house.postTo('tea', 'ann', 'secret')
    await house.done('ann', update('tea', { title: 'Secret' }))
    t.same(await house.reads('cid'), [])
    t.equal(await house.texts('cid', 'tea'), undefined)
    t.equal(await house.store.log.message(3, house.id('cid')), undefined)
    await house.done('ann', remove('tea', 'bob'))
    t.same(await house.reads('bob'), [
      'bob joined member tea, by ann',
      'bob left removed tea, by ann',
    ])
    for (const entry of await house.carried('bob')) {
      const { room } = entry as { room: object }
      t.same(Object.keys(room).sort(), ['id', 'name'], 'with the name alone')
    }
    t.same(await house.texts('bob'), [])
    t.equal(await house.texts('bob', 'tea'), undefined)
    t.equal(await house.store.log.message(3, house.id('bob')), undefined)
    await house.postTo('tea', 'ann', 'meanwhile')
    await house.done('ann', put('tea', 'bob'))
    t.same(await house.reads('bob', 2), [
      'ann: secret',
      'room-updated tea, by ann',
      'bob left removed tea, by ann',
      'bob joined member tea, by ann',
    ])
    t.same(await house.texts('bob'), ['secret'])
    t.same(await house.texts('bob', 'tea'), ['secret', 'meanwhile'])
    t.match(await house.store.log.message(6, house.id('bob')), { text: 'meanwhile' })
  })

  await t.test('a history since joining has what lies within the memberships', async (t) => {
    const fields = { access: 'private', history: 'since-joined' }
    const house = await openRoom(t, openFixture, fields)
    await house.postTo('tea', 'ann', '3')
    await house.done('ann', remove('tea', 'bob'))
    await house.postTo('tea', 'ann', '5')
    await house.done('ann', put('tea', 'bob'))
    await house.postTo('tea', 'bob', '7')
    await house.done('ann', put('tea', 'cid'))
    t.same(await house.texts('ann', 'tea'), ['3', '5', '7'])
    t.same(await house.texts('bob', 'tea'), ['3', '7'])
    t.same(await house.texts('cid', 'tea'), [])
    const { log } = house.store
    t.match(await log.message(7, house.id('bob')), { text: '7' })
    t.equal(await log.message(5, house.id('bob')), undefined)
    t.equal(await log.message(7, house.id('cid')), undefined)
    const page = async (range: object) =>
      log.page(house.id('bob'), { limit: 1, inRoom: 'tea', ...range })
    t.match(await page({}), { entries: [{ id: 7 }], more: true })
    t.match(await page({ before: 7 }), { entries: [{ id: 3 }], more: false })
    t.match(await page({ after: 0 }), { entries: [{ id: 3 }], more: true })
    t.match(await page({ after: 3 }), { entries: [{ id: 7 }], more: false })
  })

  await t.test('of a deleted room only its end is carried, to its members then', async (t) => {
    const house = await openRoom(t, openFixture)
    await house.join('tea', 'cid')
    await house.postTo('tea', 'ann', 'said')
    await house.done('cid', remove('tea', 'cid'))
    await house.done('ann', deleteRoom('tea'))
    t.same(await house.reads('ann'), ['ann joined owner tea, by ann', 'room-deleted tea, by ann'])
    t.same(await house.reads('bob'), ['bob joined member tea, by ann', 'room-deleted tea, by ann'])
    t.same(await house.reads('cid'), ['cid joined member tea, by cid', 'cid left left tea, by cid'])
    t.same(await house.reads('dan'), [])
    const ended = (await house.carried('ann')).at(-1) as { room: object }
    t.same(Object.keys(ended.room).sort(), ['id', 'name'])
    await house.done('dan', create('tea', { access: 'private' }))
    t.same((await house.reads('bob', 4)).length, 1, 'another room of the name changes nothing')
  })

  await t.test('pages of a room have its messages alone', async (t) => {
    const house = await openRoom(t, openFixture)
    for (const text of ['3', '4']) await house.postTo('tea', 'bob', text)
    await house.post('bob', 'everyone')
    await house.post('bob', 'direct', { to: 'ann' })
    await house.done('ann', update('tea', { title: 'Chai' }))
    await house.postTo('tea', 'ann', '8')
    const { log } = house.store
    const ids = async (range: object) => {
      const page = await log.page(house.id('ann'), { limit: 2, ...range })
      return page && [idsOf(page.entries), page.more]
    }
    t.same(await ids({ inRoom: 'tea' }), [[4, 8], true])
    t.same(await ids({ inRoom: 'tea', before: 4 }), [[3], false])
    t.same(await ids({ inRoom: 'tea', after: 0 }), [[3, 4], true])
    t.same(await ids({ inRoom: 'tea', after: 4 }), [[8], false])
    t.equal(await ids({ inRoom: 'rum' }), undefined)
    t.same(await ids({ withAccount: house.id('bob') }), [[6], false])
    t.same(await ids({ before: 6 }), [[4, 5], true])
    t.equal(await log.message(1, house.id('ann')), undefined, 'a change is no message')
    t.match(await log.page(house.id('ann'), { limit: 9, inRoom: 'tea' }), { bounds: { head: 8 } })
  })

  await t.test('what was trimmed is gone from rooms as well', async (t) => {
    const house = await openRoom(t, openFixture)
    await house.join('tea', 'cid')
    await house.postTo('tea', 'cid', '4')
    await house.done('cid', remove('tea', 'cid'))
    house.clock.advance(1)
    await house.postTo('tea', 'ann', '6')
    await house.done('cid', put('tea', 'cid'))
    const before = house.clock.now()
    while ((await house.store.retention.deleteExpired(before)).more);
    t.match(await house.store.log.bounds(), { oldest: 6 })
    t.same(await house.reads('cid'), ['cid joined member tea, by cid'])
    t.same(await house.reads('ann'), ['ann: 6', 'cid joined member tea, by cid'])
    t.same(await house.texts('cid', 'tea'), ['6'])
    t.equal(await house.store.log.message(4, house.id('cid')), undefined)
    t.equal(await house.postTo('tea', 'bob'), 'appended', 'memberships that last stay')
  })
}
