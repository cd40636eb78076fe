import type { Test } from 'tap'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { ban, create, put, remove, unban, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, openHouse } from '../house.ts'

/** Ann's room, with bob and cid in it; bob's message there has the id 4. */
async function openRoom(t: Test, openFixture: OpenFixture, fields: object = {}): Promise<House> {
  const house = await openHouse(t, openFixture)
  await house.done('ann', create('tea', fields))
  await house.done('ann', put('tea', 'bob'))
  await house.done('ann', put('tea', 'cid'))
  await house.said('bob', 'said', { room: 'tea' })
  return house
}

/** Who edits and deletes, and what everyone is told of it. */
export async function changesContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('edits a message, and publishes it as it is then', async (t) => {
    const house = await openRoom(t, openFixture)
    const sentAt = house.clock.now()
    house.take()
    house.clock.advance(5)
    const message = {
      kind: 'message',
      id: 4,
      from: house.person('bob'),
      to: null,
      room: (await house.message('ann', 4))?.room,
      text: 'meant',
      sentAt,
      editedAt: sentAt + 5,
    }
    t.same(await house.change('bob', edit(4, 'meant')), { kind: 'done', message, changed: true })
    const entry = { kind: 'edited', id: 5, message, by: house.person('bob'), hiddenFrom: [] }
    t.same(house.take(), [entry])
    t.same((await house.carried('cid', 3)).slice(-2), [message, entry], 'read as it is now')
    t.same(await house.message('cid', 4), message)
    t.same(await house.texts('cid', 'tea'), ['meant'], 'a page has the message once')
    t.equal(await house.message('cid', 5), undefined, 'a change is no message')
  })

  await t.test('an edit that changes nothing makes no entry', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'as it is', { metadata: '{"a":1}' })
    const before = await house.message('ann', 1)
    house.take()
    t.same(await house.change('ann', edit(1, 'as it is')), {
      kind: 'done',
      message: before,
      changed: false,
    })
    t.equal(await house.tries('ann', edit(1, undefined, { metadata: '{"a":1}' })), 'same')
    t.equal(await house.tries('ann', edit(1, undefined)), 'same')
    t.same(house.take(), [])
    t.match(await house.store.log.bounds(), { head: 1 })
    t.equal(await house.tries('ann', edit(1, undefined, { metadata: '{"a":2}' })), 'changed')
    t.same(await house.message('ann', 1), {
      ...before,
      metadata: '{"a":2}',
      editedAt: house.clock.now(),
    })
    await house.changed('ann', edit(1, undefined, { metadata: null }))
    t.equal((await house.message('ann', 1))?.metadata, undefined, 'null takes it away')
    t.equal((await house.message('ann', 1))?.text, 'as it is')
  })

  await t.test('metadata and what it replies to come back as they were sent', async (t) => {
    const house = await openHouse(t, openFixture)
    const metadata = '{"__proto__":{"x":[1,2.50,null,true]},"é\\u0000":"👍"}'
    await house.said('ann', 'first')
    const outcome = await house.post('bob', 'second', { replyTo: 1, metadata })
    t.match(outcome, { kind: 'appended', entry: { id: 2, replyTo: 1, metadata } })
    t.match(house.take()[1], { replyTo: 1, metadata })
    t.match(await house.message('cid', 2), { replyTo: 1, metadata })
    t.match(await house.carried('cid', 1), [{ replyTo: 1, metadata }])
    await house.changed('bob', edit(2, 'again'))
    t.match(await house.message('cid', 2), { replyTo: 1, metadata }, 'after an edit too')
  })

  await t.test('a reply is to a message of its audience that the sender may see', async (t) => {
    const house = await openRoom(t, openFixture, { access: 'private', history: 'since-joined' })
    const reply = async (by: 'ann' | 'bob' | 'cid' | 'dan', replyTo: number, where: object) =>
      (await house.post(by, 'reply', { replyTo, ...where })).kind
    await house.said('ann', 'to all') // 5
    await house.said('ann', 'to bob', { to: 'bob' }) // 6
    await house.done('ann', put('tea', 'dan')) // 7
    const { head } = await house.store.log.bounds()
    t.equal(await reply('cid', 6, {}), 'unknown-reply', 'of other people')
    t.equal(await reply('ann', 6, {}), 'unknown-reply', 'of another audience')
    t.equal(await reply('ann', 5, { to: 'bob' }), 'unknown-reply')
    t.equal(await reply('ann', 6, { to: 'cid' }), 'unknown-reply', 'of another conversation')
    t.equal(await reply('ann', 4, {}), 'unknown-reply')
    t.equal(await reply('ann', 7, { room: 'tea' }), 'unknown-reply', 'no message')
    t.equal(await reply('ann', 99, {}), 'unknown-reply')
    t.equal(await reply('dan', 4, { room: 'tea' }), 'unknown-reply', 'before dan joined')
    t.match(await house.store.log.bounds(), { head })
    await house.changed('bob', erase(4)) // 8
    t.equal(await reply('cid', 4, { room: 'tea' }), 'appended', 'deleted or not')
    t.equal(await reply('bob', 6, { to: 'ann' }), 'appended')
    t.equal(await reply('dan', 5, {}), 'appended')
    const outcomes = await house.store.log.page(house.id('dan'), { limit: 1 })
    t.match(outcomes?.entries, [{ id: 11, replyTo: 5 }])
  })

  await t.test('a reply is judged after all else', async (t) => {
    const house = await openRoom(t, openFixture)
    await house.done('ann', update('tea', { archived: true }))
    const reply = (by: 'ann' | 'dan', options: object) =>
      house.post(by, 'hi', { replyTo: 99, ...options })
    t.match(await reply('ann', { room: 'tea' }), { kind: 'room-archived' })
    t.match(await reply('dan', { room: 'tea' }), { kind: 'not-a-member' })
    t.match(await reply('ann', { to: 'eve' }), { kind: 'unknown-recipient' })
    t.match(await reply('ann', { to: 'bob', whenOffline: 'reject' }), { kind: 'recipient-offline' })
    await house.said('ann', 'known', { key: 'k' })
    t.match(await house.post('ann', 'known', { key: 'k', replyTo: 99 }), { kind: 'replayed' })
  })

  await t.test('refuses an edit in this order', async (t) => {
    const house = await openRoom(t, openFixture)
    const late = edit(4, 'late', { maxAgeMs: 10 })
    await house.changed('bob', react(4)) // 5
    t.equal(await house.tries('bob', edit(99, 'x')), 'unknown-message')
    t.equal(await house.tries('bob', edit(5, 'x')), 'unknown-message', 'of a change')
    t.equal(await house.tries('dan', late), 'not-a-member')
    t.equal(await house.tries('ann', late), 'not-sender', 'also to an owner')
    house.clock.advance(10)
    t.equal(await house.tries('bob', late), 'changed')
    house.clock.advance(1)
    t.equal(await house.tries('bob', late), 'too-late')
    t.equal(await house.tries('bob', edit(4, 'for ever')), 'changed')
    await house.changed('bob', erase(4))
    t.equal(await house.tries('bob', late), 'message-deleted', 'before the age')
    t.equal(await house.tries('ann', late), 'not-sender', 'before it is known as deleted')
    await house.done('ann', update('tea', { archived: true }))
    t.equal(await house.tries('bob', late), 'room-archived', 'before it is known as deleted')
    await house.done('ann', ban('tea', 'bob'))
    t.equal(await house.tries('bob', late), 'banned')
    await house.done('ann', update('tea', { access: 'private' }))
    t.equal(await house.tries('bob', late), 'unknown-message')
    await house.store.sessions.end(house.people.bob.id)
    t.equal(await house.tries('bob', edit(99, 'x')), 'session-ended')
  })

  await t.test('a message of others, and one that was trimmed, is unknown', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.said('ann', 'direct', { to: 'bob' })
    for (const command of [edit(1, 'x'), erase(1), react(1), unreact(1)])
      t.equal(await house.tries('cid', command), 'unknown-message')
    t.equal(await house.tries('bob', edit(1, 'x')), 'not-sender')
    t.equal(await house.tries('bob', erase(1)), 'not-sender-or-moderator')
    house.clock.advance(1)
    await house.said('ann', 'newest')
    await house.store.retention.deleteExpired(house.clock.now())
    for (const command of [edit(1, 'x'), erase(1), react(1), unreact(1)])
      t.equal(await house.tries('ann', command), 'unknown-message')
  })

  await t.test('deletes a message, once', async (t) => {
    const house = await openRoom(t, openFixture)
    const { room, sentAt } = (await house.message('ann', 4)) as { room: object; sentAt: number }
    house.take()
    house.clock.advance(5)
    const tombstone = {
      kind: 'message',
      id: 4,
      from: house.person('bob'),
      to: null,
      room,
      text: '',
      sentAt,
      deletedAt: sentAt + 5,
    }
    t.same(await house.change('ann', erase(4)), { kind: 'done', message: tombstone, changed: true })
    const entry = {
      kind: 'deleted',
      id: 5,
      message: tombstone,
      by: house.person('ann'),
      hiddenFrom: [],
    }
    t.same(house.take(), [entry])
    house.clock.advance(5)
    const again = { kind: 'done', message: tombstone, changed: false }
    t.same(await house.change('bob', erase(4)), again, 'also by its sender')
    t.same(house.take(), [])
    t.same(await house.carried('cid', 3), [entry], 'the deletion alone is read')
    t.same(await house.message('cid', 4), tombstone)
    t.match(await house.store.log.page(house.id('cid'), { limit: 9, inRoom: 'tea' }), {
      entries: [tombstone],
    })
    t.match(await house.store.log.page(house.id('cid'), { limit: 9 }), { entries: [tombstone] })
  })

  await t.test('deletes what one sent, and in a room what its moderators may', async (t) => {
    const house = await openRoom(t, openFixture)
    await house.said('cid', 'b', { room: 'tea' }) // 5
    await house.said('ann', 'c', { room: 'tea' }) // 6
    await house.said('ann', 'd') // 7
    t.equal(await house.tries('cid', erase(4)), 'not-sender-or-moderator')
    t.equal(await house.tries('bob', erase(7)), 'not-sender-or-moderator')
    t.equal(
      await house.tries('dan', erase(4)),
      'not-sender-or-moderator',
      'no member, of an open room',
    )
    t.equal(await house.tries('dan', erase(99)), 'unknown-message')
    await house.done('ann', put('tea', 'cid', 'moderator'))
    await house.done('ann', update('tea', { archived: true }))
    t.equal(await house.tries('cid', erase(6)), 'changed', 'also of an owner, and archived')
    await house.done('cid', remove('tea', 'cid'))
    t.equal(await house.tries('cid', erase(4)), 'not-sender-or-moderator', 'who is one no more')
    t.equal(await house.tries('cid', erase(5)), 'changed', 'one’s own, where one may read it')
    await house.done('ann', ban('tea', 'bob'))
    t.equal(await house.tries('bob', erase(4)), 'changed', 'also who is banned')
    await house.done('ann', unban('tea', 'bob'))
    await house.store.sessions.end(house.people.bob.id)
    t.equal(await house.tries('bob', erase(4)), 'session-ended')
  })
}
