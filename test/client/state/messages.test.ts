import t from 'tap'
import {
  answer,
  asksOf,
  begun,
  close,
  conversation,
  direct,
  event,
  idsOf,
  inRoom,
  me,
  message,
  older,
  open,
  opened,
  page,
  run,
  summary,
  textOf,
  tombstone,
} from './fixtures.ts'

t.test('a message is added to its conversation, and is its last one', async (t) => {
  const state = run(opened([message(5)]), event('message', message(11), 11))
  t.equal(idsOf(state), '5 11')
  t.match(conversation(state), { last: { id: 11 }, lastId: 11, unread: 1 })
})

t.test('an event that comes again changes nothing', async (t) => {
  const once = run(opened([message(5)]), event('message', message(11), 11))
  t.equal(run(once, event('message', message(11), 11)), once)
})

t.test('an edit changes the message and the last one, and keeps the reactions', async (t) => {
  const reaction = { emoji: '👍', count: 1, me: true, by: [me] }
  const before = opened([message(5, { reactions: [reaction] })])
  const state = run(before, event('message.updated', message(5, { text: 'new' }), 11))
  t.match(conversation(state).messages, [{ text: 'new', reactions: [reaction] }])
  t.match(conversation(state).last, { text: 'new' })
})

t.test('an edit that a page already has does not go back', async (t) => {
  let state = run(opened([message(5)], {}, true), close('everyone'))
  state = answer(
    run(state, open('everyone')),
    'messages',
    page([message(5, { text: 'of 13' })], 13),
  )
  state = run(state, event('message.updated', message(5, { text: 'of 12' }), 12))
  t.equal(textOf(state, 5), 'of 13')
})

t.test('a tombstone replaces its message, without reactions and who deleted it', async (t) => {
  const before = opened([
    message(5, { reactions: [{ emoji: '👍', count: 1, me: false, by: ['x'] }] }),
  ])
  const state = run(before, event('message.deleted', { ...tombstone(5), by: 'cid' }, 11))
  const [held] = conversation(state).messages
  t.match(held, { text: '', deletedAt: /./, reactions: [] })
  t.notOk('by' in (held as object))
  t.match(conversation(state).last, { deletedAt: /./, by: undefined })
})

t.test('the tombstone of a message that was never told is added in its place', async (t) => {
  const state = run(
    opened([message(5)]),
    event('message', message(13), 13),
    event('message.deleted', tombstone(12), 14),
  )
  t.equal(idsOf(state), '5 12x 13')
  t.equal(conversation(state).lastId, 13)
  const newest = run(opened([message(5)]), event('message.deleted', tombstone(11), 12))
  t.match(conversation(newest), { lastId: 11, last: { deletedAt: /./ } })
})

t.test('what happens to messages that are not held is passed over', async (t) => {
  const state = run(
    opened([message(5)], {}, true),
    event('message.updated', message(3), 11),
    event('reaction.added', { messageId: 3, by: 'bob', emoji: '👍', count: 1 }, 12),
    event('reaction.added', { messageId: 3, room: 'z', by: 'bob', emoji: '👍', count: 1 }, 13),
  )
  t.equal(idsOf(state), '5')
})

t.test('reactions are counted, named in their order, and known as one’s own', async (t) => {
  const react = (type: string, by: string, count: number, id: number) =>
    event(`reaction.${type}`, { messageId: 5, by, emoji: '👍', count }, id)
  let state = run(opened([message(5)]), react('added', 'bob', 1, 11), react('added', me, 2, 12))
  const reactions = () => conversation(state).messages[0]?.reactions
  t.same(reactions(), [{ emoji: '👍', count: 2, me: true, by: ['bob', me] }])
  state = run(state, react('removed', 'bob', 1, 13))
  t.same(reactions(), [{ emoji: '👍', count: 1, me: true, by: [me] }])
  state = run(state, event('reaction.added', { messageId: 5, by: 'x', emoji: '🎉', count: 1 }, 14))
  state = run(state, react('removed', me, 0, 15), react('removed', 'bob', 0, 16))
  t.same(reactions(), [{ emoji: '🎉', count: 1, me: false, by: ['x'] }])
  for (let id = 17; id < 40; id++) state = run(state, react('added', `n${id}`, id, id))
  t.equal(reactions()?.[1]?.by.length, 20, 'the server names no more')
  state = run(state, event('message.deleted', tombstone(5), 40), react('added', 'bob', 1, 41))
  t.same(reactions(), [], 'a deleted message has none')
})

t.test('a reaction in a room is found by the room', async (t) => {
  const last = inRoom(5, 'x')
  let state = run(begun([summary('room:x', { last, lastId: 5 })]), open('room:x'))
  state = answer(state, 'messages', page([last], 10))
  const reaction = { messageId: 5, room: 'x', by: 'bob', emoji: '👍', count: 1 }
  state = run(state, event('reaction.added', reaction, 11))
  t.match(conversation(state, 'room:x').messages, [{ reactions: [{ count: 1 }] }])
})

t.test('a message of an unknown kind, and unknown events, are passed over', async (t) => {
  const before = opened([message(5)])
  const odd = message(11, { kind: 'carrier-pigeon' })
  const state = run(
    before,
    event('message', odd, 11),
    event('message', odd),
    { type: 'sent', message: odd, since: before.place },
    { type: 'event', event: { type: 'reconnecting', error: 'renew', inMs: 1, attempt: 1 }, now: 0 },
  )
  t.same(state.conversations, before.conversations)
  t.equal(state.place.id, 11, 'but the cursor moves')
})

t.test('older messages are asked for and put before', async (t) => {
  let state = run(opened([message(5), message(7)], {}, true), older('everyone'))
  t.match(state.asks, [{ kind: 'older', path: '/v1/messages?before=5&limit=50' }])
  state = answer(state, 'older', page([message(1), direct(2, 'bob', me), message(3)], 10))
  t.equal(idsOf(state), '1 3 5 7', 'of the page of all only what is of this conversation')
  t.equal(conversation(state).completeFrom, 0)
  t.same(run(state, older('everyone')).asks, [], 'and that is all')
})

t.test('an older page that no longer fits is not taken', async (t) => {
  const bounds = { messages: 2, page: 2 }
  let state = run(opened([message(5), message(7)], bounds, true), older('everyone'))
  state = run(state, event('message', message(11), 11))
  t.equal(idsOf(answer(state, 'older', page([message(1)], 11))), '7 11')
})

t.test('older messages of what is not open, or not answered yet, are not asked for', async (t) => {
  const state = begun([summary('everyone')])
  t.same(run(state, older('everyone'), older('room:x')).asks, [])
  t.same(asksOf(run(state, open('direct:bob'), older('direct:bob'))), [
    'conversation of direct:bob',
    'messages of direct:bob',
  ])
})

t.test('past the bound the newest go, until the conversation is opened again', async (t) => {
  const bounds = { messages: 3, page: 2 }
  let state = run(opened([message(7), message(9)], bounds, true), older('everyone'))
  state = answer(state, 'older', page([message(3), message(5)], 10, true))
  t.equal(idsOf(state), '3 5 7')
  t.equal(conversation(state).atEnd, false)
  state = run(
    state,
    event('message', message(11), 11),
    event('message.updated', message(5, { text: 'new' }), 12),
    event('message.deleted', tombstone(6), 13),
  )
  t.equal(idsOf(state), '5 6x 7', 'a message at the end is not put there')
  t.match(conversation(state), { lastId: 11, unread: 1 })
  state = answer(
    run(state, open('everyone')),
    'messages',
    page([message(9), message(11)], 13, true),
  )
  t.equal(idsOf(state), '9 11')
  t.equal(conversation(state).atEnd, true)
})
