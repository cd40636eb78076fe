import t from 'tap'
import {
  answer,
  asksOf,
  begun,
  conversation,
  direct,
  event,
  idsOf,
  inRoom,
  joined,
  me,
  members,
  message,
  older,
  open,
  opened,
  page,
  ready,
  room,
  run,
  summary,
  textOf,
  tombstone,
} from './fixtures.ts'

const list = (...conversations: ReturnType<typeof summary>[]) => ({
  conversations,
  more: false,
  cursor: '10-e',
})

t.test('what was told while a page was read is in the picture', async (t) => {
  let state = run(begun([summary('everyone')]), open('everyone'))
  state = run(
    state,
    event('message', message(11), 11),
    event('message.updated', message(5, { text: 'new' }), 12),
    event('message.deleted', tombstone(6), 13),
    event('reaction.added', { messageId: 5, by: me, emoji: '👍', count: 1 }, 14),
  )
  state = answer(state, 'messages', page([message(5), message(6)], 10))
  t.equal(idsOf(state), '5 6x 11')
  t.equal(textOf(state, 5), 'new')
  t.match(conversation(state).messages[0]?.reactions, [{ me: true }])
})

t.test('what the page knows already does not go back', async (t) => {
  let state = run(begun([summary('everyone')]), open('everyone'))
  state = run(state, event('message.updated', message(5, { text: 'of 11' }), 11))
  state = answer(state, 'messages', page([message(5, { text: 'of 12' })], 12))
  t.equal(textOf(state, 5), 'of 12')
})

t.test('a kept message that came while the page was read is in it once', async (t) => {
  let state = run(begun([summary('direct:bob')]), open('direct:bob'))
  state = run(state, event('message', direct(5, 'bob', me)))
  state = answer(state, 'messages', page([direct(5, 'bob', me)], 10))
  t.equal(idsOf(state, 'direct:bob'), '5')
})

t.test('a reaction that the page knows to be gone is not shown again', async (t) => {
  let state = run(begun([summary('everyone')]), open('everyone'))
  state = answer(state, 'messages', page([message(5)], 12))
  state = run(state, event('reaction.added', { messageId: 5, by: me, emoji: '👍', count: 1 }, 11))
  t.same(conversation(state).messages[0]?.reactions, [])
})

t.test('what the page does not have yet of one’s own messages stays', async (t) => {
  const before = run(begun([summary('everyone', { lastId: 9 })]), open('everyone'))
  const mine = message(12, { from: me })
  const state = run(before, { type: 'sent', message: mine, since: before.place })
  t.equal(idsOf(answer(state, 'messages', page([message(9)], 11))), '9 12')
  t.equal(idsOf(answer(state, 'messages', page([message(9)], 13))), '9', 'it was deleted, perhaps')
})

t.test('also of an older page', async (t) => {
  let state = run(opened([message(5)], {}, true), older('everyone'))
  state = run(state, event('message.updated', message(3, { text: 'new' }), 11))
  t.equal(textOf(answer(state, 'older', page([message(3)], 10)), 3), 'new')
})

t.test('the counts of an answer go on from what was told since', async (t) => {
  let state = begun([summary('everyone', { lastId: 9, readUpTo: 4, unread: 5 })])
  state = run(
    state,
    event('message.deleted', tombstone(7), 11),
    event('message', message(12), 12),
    event('message', message(13), 13),
  )
  const counted = summary('everyone', { lastId: 12, readUpTo: 4, unread: 5, asOf: 12 })
  state = answer(state, 'conversation', counted)
  t.match(conversation(state), { unread: 6, lastId: 13, asOf: 13 })
  t.same(asksOf(state), [])
})

t.test('a marker that was told since stays', async (t) => {
  let state = begun([summary('everyone', { last: message(9), lastId: 9, readUpTo: 4, unread: 5 })])
  state = run(state, ready(10), event('read', { conversation: 'everyone', upTo: 9 }))
  state = answer(
    state,
    'conversations',
    list(summary('everyone', { lastId: 9, readUpTo: 4, unread: 5 })),
  )
  t.match(conversation(state), { readUpTo: 9, unread: 0 })
})

t.test('a reaction that was told before its message is in the window', async (t) => {
  let state = run(begun([]), event('message', message(11), 11))
  state = run(
    state,
    event('message', message(12), 12),
    event('reaction.added', { messageId: 12, by: me, emoji: '👍', count: 1 }, 13),
  )
  state = answer(state, 'conversation', summary('everyone', { lastId: 11, asOf: 11 }))
  t.match(conversation(state).messages, [{ id: 12, reactions: [{ me: true }] }])
})

t.test(
  'a list does not bring back what was left since, nor the time before it was joined',
  async (t) => {
    const before = run(begun([summary('everyone'), summary('room:x')]), ready(10))
    const left = run(before, event('room.left', { room: 'x', by: me, reason: 'left' }, 11))
    t.notOk(answer(left, 'conversations', list(summary('room:x'))).conversations.has('room:x'))
    const again = run(left, joined('x', 12))
    const state = answer(again, 'conversations', list(summary('room:x', { readUpTo: 3 })))
    t.match(conversation(state, 'room:x'), { readUpTo: 12, asOf: 12 })
    const open = run(again, { type: 'open', conversation: 'room:x' })
    t.match(conversation(answer(open, 'conversations', list(summary('room:x'))), 'room:x'), {
      opened: true,
    })
    const listed = summary('room:x', { readUpTo: 13, asOf: 13, lastId: 13 })
    t.match(conversation(answer(again, 'conversations', list(listed)), 'room:x'), { readUpTo: 13 })
  },
)

t.test('a conversation that is not found, but was told of since, is asked for again', async (t) => {
  const hello = event('message', inRoom(11, 'x'), 11)
  const state = run(begun([], { conversations: 0 }), hello, event('message', inRoom(12, 'x'), 12))
  const again = answer(state, 'conversation', undefined)
  t.same(asksOf(again), ['conversation of room:x'])
  t.same(asksOf(answer(again, 'conversation', undefined)), [])
})

t.test('a room’s answer is changed by what was told since', async (t) => {
  let state = run(begun([summary('room:x')]), open('room:x'))
  state = run(state, event('room.updated', room('x', { topic: 'tea' }), 11))
  state = answer(state, 'room', room('x', { role: 'member' }))
  t.match(conversation(state, 'room:x').room, { topic: 'tea', role: 'member' })
})

t.test('an answer without a body ends its ask', async (t) => {
  const state = answer(run(begun([summary('room:x')]), open('room:x')), 'messages', undefined)
  t.same(asksOf(state), ['room of room:x', 'members of room:x'])
})

t.test('an ask for which too much came is made anew', async (t) => {
  const bounds = { events: 2 }
  let state = run(begun([summary('room:x')], bounds), open('room:x'))
  state = answer(state, 'members', members(['ann'], true))
  const [messages, , list] = state.asks
  for (let id = 11; id < 17; id += 2)
    state = run(
      state,
      event('message', inRoom(id, 'x'), id),
      event(
        'member.updated',
        { room: 'x', username: 'ann', role: 'owner', memberCount: 1 },
        id + 1,
      ),
    )
  t.same(asksOf(state), ['messages of room:x', 'room of room:x', 'members of room:x'])
  t.ok(messages && !state.asks.some(({ id }) => id === messages.id))
  t.ok(list && !state.asks.some(({ id }) => id === list.id))
  t.equal(state.asks[2]?.path, list?.path)
  t.same(state.asks[2]?.since, [])
})

t.test(
  'what is told of a conversation that the list knows not to be one’s own is passed over',
  async (t) => {
    let state = begun([summary('everyone')])
    state = run(
      state,
      { type: 'event', event: { type: 'heartbeat', cursor: '5-e' }, now: 0 },
      ready(5),
    )
    state = answer(state, 'conversations', { ...list(summary('everyone')), cursor: '30-e' })
    state = run(state, event('message', inRoom(12, 'x'), 12))
    t.same(asksOf(state), [])
    t.same(asksOf(run(state, event('message', inRoom(31, 'x'), 31))), ['conversation of room:x'])
  },
)

t.test('a marker may come before its conversation', async (t) => {
  const before = run(begun([]), event('read', { conversation: 'direct:bob', upTo: 12 }))
  t.same(asksOf(before), ['conversation of direct:bob'])
})
