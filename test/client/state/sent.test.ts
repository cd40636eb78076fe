import t from 'tap'
import { type ChatMessage, type ChatState, initialState } from '../../../src/client/state/index.ts'
import {
  answer,
  asksOf,
  begun,
  conversation,
  direct,
  event,
  idsOf,
  inRoom,
  me,
  message,
  opened,
  openedRoom,
  reset,
  run,
  summary,
  textOf,
  tombstone,
} from './fixtures.ts'

const mine = (id: number, fields: object = {}) => message(id, { from: me, ...fields })

/** The answer to a call that began at `since`, or just now. */
function sent(state: ChatState, message: ChatMessage, since = state.place): ChatState {
  return run(state, { type: 'sent', message, since })
}

t.test('the answer to a post is shown before the stream tells it, and is read', async (t) => {
  let state = sent(opened([message(5)]), mine(12))
  t.equal(idsOf(state), '5 12')
  t.match(conversation(state), { lastId: 12, readUpTo: 12, unread: 0 })
  state = run(state, event('message', message(11), 11), event('message', mine(12), 12))
  t.equal(idsOf(state), '5 11 12')
  t.match(conversation(state), { lastId: 12, unread: 0 })
})

t.test('an answer that is behind the stream adds nothing', async (t) => {
  const before = openedRoom()
  const state = run(before, event('message', message(11), 11))
  t.equal(idsOf(sent(state, inRoom(11, 'x', { from: me }), before.place), 'room:x'), '5')
})

t.test(
  'the answer to an edit is taken, unless the stream has told of the message since',
  async (t) => {
    const before = opened([mine(5)])
    t.equal(textOf(sent(before, mine(5, { text: 'new' })), 5), 'new')
    t.match(conversation(sent(before, mine(5, { text: 'new' }))).last, { text: 'new' })
    const later = run(before, event('message.updated', mine(5, { text: 'newer' }), 11))
    t.equal(textOf(sent(later, mine(5, { text: 'new' }), before.place), 5), 'newer')
    const gone = run(before, event('message.deleted', tombstone(5, { from: me }), 11))
    t.equal(idsOf(sent(gone, mine(5))), '5x')
  },
)

t.test('a tombstone in an answer changes what is held and adds nothing', async (t) => {
  const state = opened([mine(5), message(7)])
  t.equal(idsOf(sent(state, tombstone(5, { from: me }))), '5x 7')
  t.equal(sent(state, tombstone(12, { from: me })), state)
  const other = begun([])
  t.equal(sent(other, tombstone(12, { kind: 'room', room: 'x', from: me })), other)
})

t.test('a conversation that is not held is asked for', async (t) => {
  const state = sent(begun([summary('everyone')]), direct(12, me, 'bob'))
  t.same(asksOf(state), ['conversation of direct:bob'])
})

t.test('an answer from before a reset, or from before the beginning, is void', async (t) => {
  const early = initialState(me).place
  const begun = opened([message(5)])
  t.equal(sent(begun, mine(12), early), begun)
  const before = opened([message(5)])
  const state = run(before, reset('rewound', 8))
  t.equal(sent(state, mine(9), before.place), state)
})

t.test('an answer does not come into a window that does not reach it', async (t) => {
  const unknown = { ...summary('everyone'), last: message(9), lastId: 9 }
  let state = begun([unknown])
  state = run(state, reset('new-epoch', 10))
  state = sent(state, mine(12))
  t.equal(idsOf(state), '')
  t.equal(conversation(state).lastId, 12)
  state = answer(state, 'conversations', {
    conversations: [{ ...unknown, lastId: 12, last: mine(12), readUpTo: 12 }],
    more: false,
    cursor: '12-e',
  })
  t.equal(sent(state, mine(7), { id: 0, resets: 2 }), state)
  const [held] = [sent(state, mine(11))]
  t.equal(conversation(held).lastId, 12, 'an older one is not the last')
})

t.test('a list that is ahead of the answer keeps its last message', async (t) => {
  const last = mine(12, { text: 'newest' })
  const ahead = begun([summary('everyone', { last, lastId: 12, readUpTo: 12, asOf: 20 })])
  t.match(conversation(sent(ahead, mine(12, { text: 'new' }))).last, { text: 'newest' })

  const before = opened([mine(5)])
  const held = run(before, event('ready', { user: me, head: 10, online: [], onlineCount: 0 }, 10))
  const listed = summary('everyone', { last: mine(5, { text: 'newest' }), lastId: 5, asOf: 20 })
  const list = { conversations: [listed], more: false, cursor: '20-e' }
  const state = sent(answer(held, 'conversations', list), mine(5, { text: 'new' }))
  t.equal(textOf(state, 5), 'new')
  t.match(conversation(state).last, { text: 'newest' })
})
