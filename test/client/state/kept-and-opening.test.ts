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
  me,
  message,
  older,
  open,
  opened,
  page,
  run,
  summary,
} from './fixtures.ts'

t.test('a kept message is added with its reactions, and counted by the server', async (t) => {
  const bob = summary('direct:bob', { lastId: 3, last: direct(3, 'bob', me), asOf: 4 })
  const reactions = [{ emoji: '👍', count: 1, me: true, by: [me] }]
  const kept = { ...direct(7, 'bob', me), reactions }
  const state = run(begun([bob]), event('message', kept))
  t.match(conversation(state, 'direct:bob').messages, [{ id: 7, reactions }])
  t.same(asksOf(state), ['conversation of direct:bob'])
  t.equal(run(state, event('message', kept)).conversations, state.conversations, 'it comes again')
  const unknown = run(begun([]), event('message', kept))
  t.same(asksOf(unknown), ['conversation of direct:bob'])
  const counted = begun([summary('direct:bob', { asOf: 9 })])
  t.equal(run(counted, event('message', kept)).conversations, counted.conversations)
})

t.test('opening asks for the newest page once, and not for what is held', async (t) => {
  const state = run(begun([summary('everyone')]), open('everyone'), open('everyone'))
  t.match(state.asks, [{ path: '/v1/messages?limit=50' }])
  const held = answer(state, 'messages', page([message(5)], 10))
  t.same(run(held, close('everyone'), open('everyone')).asks, [])
})

t.test(
  'with someone new there is nothing on the server, and the conversation stays open',
  async (t) => {
    let state = run(begun([]), open('direct:bob'))
    t.match(conversation(state, 'direct:bob'), { title: 'bob', opened: true })
    state = answer(state, 'messages', page([], 10))
    state = answer(state, 'conversation', undefined)
    t.match(conversation(state, 'direct:bob'), { opened: true, completeFrom: 0 })
    state = run(state, event('message', direct(11, me, 'bob'), 11))
    t.equal(idsOf(state, 'direct:bob'), '11')
    t.match(conversation(state, 'direct:bob'), { lastId: 11, readUpTo: 11 })
  },
)

t.test('closing one that never began asks whether it exists', async (t) => {
  let state = run(begun([]), open('direct:bob'))
  state = answer(answer(state, 'messages', page([], 10)), 'conversation', undefined)
  state = run(state, close('direct:bob'))
  t.same(asksOf(state), ['conversation of direct:bob'])
  t.equal(answer(state, 'conversation', undefined).conversations.size, 0)
})

t.test('a closed conversation holds few messages, and its asks are over', async (t) => {
  const bounds = { messagesUnopened: 2, page: 3 }
  let state = opened([message(5), message(6), message(7)], bounds, true)
  state = run(state, older('everyone'), close('everyone'))
  t.equal(idsOf(state), '6 7')
  t.same(asksOf(state), [])
  state = run(state, event('message', message(11), 11))
  t.equal(idsOf(state), '7 11')
  t.same(asksOf(run(state, open('everyone'))), ['messages of everyone'])
  t.equal(run(state, close('direct:bob')), state)
})

t.test('one that was closed away from its end follows from its last message on', async (t) => {
  const bounds = { messages: 2, page: 2 }
  let state = run(opened([message(7), message(9)], bounds, true), older('everyone'))
  state = answer(state, 'older', page([message(3), message(5)], 15, true))
  state = run(state, close('everyone'), event('message', message(12), 12))
  t.equal(idsOf(state), '12')
  t.equal(conversation(state).completeFrom, 10)
})

t.test('one message is held at least, so that it is known where what is held begins', async (t) => {
  const state = opened([message(5), message(6)], { messages: 0 })
  t.match(conversation(state), { completeFrom: 6, messages: [{ id: 6 }] })
})

t.test('what no event tells is asked for', async (t) => {
  const state = run(begun([summary('everyone')]), { type: 'refresh', conversation: 'everyone' })
  t.match(conversation(answer(state, 'conversation', summary('everyone', { muted: true }))), {
    muted: true,
  })
})

t.test('past the bound the conversation with the oldest last message is let go', async (t) => {
  const all = [summary('everyone', { lastId: 9 }), summary('room:x', { lastId: 7 })]
  let state = run(
    begun(all, { conversations: 2 }),
    open('room:x'),
    event('message', direct(11, 'bob', me), 11),
  )
  state = answer(state, 'conversation', summary('direct:bob', { lastId: 11, asOf: 11 }))
  t.same([...state.conversations.keys()], ['room:x', 'direct:bob'])
  t.equal(state.listing.complete, false)
  state = run(state, open('direct:bob'), open('direct:cid'), open('direct:dan'))
  t.equal(state.conversations.size, 4, 'what is open stays')
  state = run(begun([], { conversations: 2 }), event('message', direct(11, 'bob', me), 11))
  state = answer(
    run(state, { type: 'refresh', conversation: 'direct:bob' }),
    'conversation',
    summary('direct:bob'),
  )
  t.equal(state.conversations.size, 1)
})

t.test('no more pages of conversations are asked for than are held', async (t) => {
  const more = { conversations: [summary('everyone')], more: true, cursor: '10-e' }
  const { asks, listing } = answer(
    run(begun([], { conversations: 1 }), readyAgain()),
    'conversations',
    more,
  )
  t.same(asks, [])
  t.equal(listing.complete, false)
})

function readyAgain() {
  return event('ready', { user: me, head: 10, online: [], onlineCount: 0 }, 10)
}
