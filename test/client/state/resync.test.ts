import t from 'tap'
import { initialState } from '../../../src/client/state/index.ts'
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
  joined,
  me,
  message,
  open,
  opened,
  openedRoom,
  page,
  ready,
  reset,
  run,
  summary,
} from './fixtures.ts'

const list = (...conversations: ReturnType<typeof summary>[]) => ({
  conversations,
  more: false,
  cursor: '20-e',
})

t.test('after a reset for any reason everything is asked for again', async (t) => {
  for (const reason of ['trimmed', 'ahead', 'rewound', 'new-epoch']) {
    const state = run(openedRoom(), reset(reason, 8))
    t.same(asksOf(state), [
      'conversations',
      'messages of room:x',
      'room of room:x',
      'members of room:x',
    ])
    t.equal(state.cursor, '8-e')
    t.match(state.place, { id: 8, resets: 2 })
  }
})

t.test('what is past the fork is void at once, unless history was trimmed', async (t) => {
  const before = opened([message(5), message(9)])
  t.equal(idsOf(run(before, reset('rewound', 8))), '5')
  t.equal(idsOf(run(before, reset('trimmed', 8))), '5 9')
})

t.test('after a reset ids count again, also before the answers', async (t) => {
  const early = run(
    opened([message(5), message(9)]),
    reset('rewound', 8),
    event('message', message(9, { text: 'other' }), 9),
  )
  t.match(conversation(early), { last: { text: 'other' }, asOf: 9 })
  let state = run(opened([message(5), message(9)]), reset('rewound', 8))
  state = answer(
    state,
    'conversations',
    list(summary('everyone', { last: message(5), lastId: 5, readUpTo: 5, asOf: 8 })),
  )
  state = answer(state, 'messages', page([message(5)], 8))
  state = run(state, event('message', message(9, { text: 'other' }), 9))
  t.match(conversation(state), { unread: 1, last: { text: 'other' } })
  t.equal(idsOf(state), '5 9')
})

t.test('the messages that are shown stay until the answer, and are not counted', async (t) => {
  let state = run(opened([message(5)]), reset('new-epoch', 10), event('message', message(11), 11))
  t.equal(idsOf(state), '5 11')
  state = run(state, event('read', { conversation: 'everyone', upTo: 12 }))
  state = run(state, event('message', message(13), 13), event('message.updated', message(13), 14))
  t.ok(asksOf(state).includes('conversation of everyone'))
})

t.test('a conversation that the new list lacks is gone, with its asks', async (t) => {
  let state = begun([summary('everyone'), summary('room:x'), summary('direct:bob', { lastId: 3 })])
  state = run(state, open('direct:bob'), reset('trimmed', 12))
  state = run(state, event('message', inRoom(13, 'x'), 13))
  state = answer(state, 'conversations', list(summary('everyone', { asOf: 20 })))
  t.same([...state.conversations.keys()], ['everyone', 'direct:bob'])
  t.ok(asksOf(state).includes('conversation of direct:bob'), 'what is opened is asked about')
  state = answer(state, 'conversation', undefined, 'direct:bob')
  t.match(conversation(state, 'direct:bob'), { last: null, lastId: 0, opened: true })
})

t.test('a conversation that began after the list was read stays', async (t) => {
  let state = run(begun([summary('everyone')]), reset('new-epoch', 10), joined('x', 21))
  state = answer(state, 'conversations', list(summary('everyone', { asOf: 20 })))
  t.ok(state.conversations.has('room:x'))
})

t.test('after each ready the list is asked for, and another one is not waited for', async (t) => {
  const first = run(begun([summary('everyone')]), ready(10))
  t.same(asksOf(first), ['conversations'])
  const second = run(first, ready(10))
  t.same(asksOf(second), ['conversations'])
  t.not(second.asks[0]?.id, first.asks[0]?.id)
  const state = answer(
    second,
    'conversations',
    list(summary('everyone', { readUpTo: 15, muted: true })),
  )
  t.match(conversation(state), { readUpTo: 15, muted: true })
})

t.test(
  'after ready a conversation that is not listed stays; it would have been told',
  async (t) => {
    const before = run(begun([summary('everyone'), summary('room:x')]), ready(10))
    const state = answer(before, 'conversations', list(summary('everyone')))
    t.ok(state.conversations.has('room:x'))
  },
)

t.test('a list that was begun after a reset still drops when ready begins another', async (t) => {
  let state = run(begun([summary('everyone'), summary('room:x')]), reset('trimmed', 12), ready(12))
  state = answer(state, 'conversations', list(summary('everyone')))
  t.notOk(state.conversations.has('room:x'))
})

t.test('what an erased person wrote is gone at once, and the rest is asked for', async (t) => {
  let state = opened([message(5), message(7, { from: 'cid' })])
  state = run(state, event('messages.erased', { from: 'cid' }, 12))
  t.equal(idsOf(state), '5')
  t.same(asksOf(state), ['conversations', 'messages of everyone'])
  const later = run(opened([message(5)]), event('message', message(15), 15))
  t.equal(idsOf(run(later, event('messages.erased', { from: 'bob' }, 14))), '5 15', 'told already')
})

t.test('what is closed while it is asked for again is asked about', async (t) => {
  const state = run(opened([message(5)]), reset('new-epoch', 10), close('everyone'))
  t.same(asksOf(state), ['conversations', 'conversation of everyone'])
  const later = answer(state, 'conversation', summary('everyone', { lastId: 5, last: message(5) }))
  t.equal(idsOf(run(later, event('message', message(11), 11))), '11')
})

t.test(
  'nothing about a conversation is asked before it is known where the stream begins',
  async (t) => {
    const unknown = run(initialState(me), open('room:x'), open('direct:bob'), {
      type: 'refresh',
      conversation: 'everyone',
    })
    t.same(asksOf(unknown), ['conversations'])
    t.equal(run(unknown, close('room:x')).conversations.size, 1)
    const state = answer(unknown, 'conversations', list(summary('everyone')))
    t.equal(state.cursor, '20-e')
    t.same(asksOf(state), [
      'conversation of room:x',
      'messages of room:x',
      'room of room:x',
      'members of room:x',
      'conversation of direct:bob',
      'messages of direct:bob',
    ])
  },
)

t.test('a stream that was opened before asks for everything at its first event', async (t) => {
  const state = run(initialState(me), open('everyone'), event('message', direct(7, 'bob', me), 7))
  t.same(asksOf(state), ['conversations', 'messages of everyone', 'conversation of direct:bob'])
  t.equal(state.cursor, '7-e')
})

t.test('the stream is opened where the first page was read', async (t) => {
  let state = answer(initialState(me), 'conversations', {
    conversations: [summary('everyone', { lastId: 9 })],
    more: true,
    cursor: '10-e',
  })
  t.match(state.asks, [{ path: '/v1/conversations?before=9%2Ceveryone&limit=200' }])
  state = answer(state, 'conversations', {
    conversations: [summary('room:x')],
    more: false,
    cursor: '12-e',
  })
  t.equal(state.cursor, '10-e')
  t.match(state.listing, { asOf: 10, complete: true })
})
