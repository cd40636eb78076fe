import t from 'tap'
import {
  answer,
  asksOf,
  begun,
  conversation,
  direct,
  event,
  me,
  message,
  open,
  opened,
  page,
  run,
  summary,
  tombstone,
} from './fixtures.ts'

const unreadOf = (state: Parameters<typeof conversation>[0], id?: string) => {
  const { unread, mentioned, readUpTo } = conversation(state, id)
  return [unread, mentioned, readUpTo]
}

/** Five unread messages, the last with id 9, of which none is held. */
const unreadFive = () =>
  begun([
    summary('everyone', { last: message(9), lastId: 9, readUpTo: 4, unread: 5, mentioned: 1 }),
  ])

t.test('messages of others are unread, and those that mention one are counted', async (t) => {
  const state = run(
    unreadFive(),
    event('message', message(11, { mentions: [me] }), 11),
    event('message', message(12, { mentions: ['cid'] }), 12),
  )
  t.same(unreadOf(state), [7, 2, 4])
})

t.test('at most 100 are counted', async (t) => {
  let state = begun([summary('everyone', { lastId: 9, readUpTo: 1, unread: 99, mentioned: 99 })])
  for (let id = 11; id < 14; id++)
    state = run(state, event('message', message(id, { mentions: [me] }), id))
  t.same(unreadOf(state), [100, 100, 1])
  let held = opened([message(1)], {}, false)
  for (let id = 11; id < 120; id++)
    held = run(held, event('message', message(id, { mentions: [me] }), id))
  t.same(unreadOf(held), [100, 100, 10], 'also of those that are held')
})

t.test('events that the counts know are not counted again', async (t) => {
  let state = run(unreadFive(), event('read', { conversation: 'everyone', upTo: 6 }))
  const counted = summary('everyone', {
    last: message(13),
    lastId: 13,
    readUpTo: 6,
    unread: 4,
    asOf: 13,
  })
  state = answer(state, 'conversation', counted)
  state = run(
    state,
    event('message', message(12), 12),
    event('message.updated', message(12, { text: 'old' }), 13),
  )
  t.same(unreadOf(state), [4, 0, 6])
  t.match(conversation(state).last, { id: 13 })
  t.same(asksOf(state), [])
})

t.test('one’s own message moves the marker, and so does its tombstone', async (t) => {
  const sent = run(unreadFive(), event('message', message(11, { from: me }), 11))
  t.same(unreadOf(sent), [0, 0, 11])
  const deleted = run(unreadFive(), event('message.deleted', tombstone(11, { from: me }), 12))
  t.same(unreadOf(deleted), [0, 0, 11])
})

t.test('a marker never goes back', async (t) => {
  const state = run(unreadFive(), event('read', { conversation: 'everyone', upTo: 9 }))
  t.same(unreadOf(state), [0, 0, 9])
  t.same(unreadOf(run(state, event('read', { conversation: 'everyone', upTo: 5 }))), [0, 0, 9])
})

t.test('what cannot be counted is asked for, once', async (t) => {
  for (const action of [
    event('message.updated', message(7), 11),
    event('message.deleted', tombstone(7), 11),
    event('read', { conversation: 'everyone', upTo: 6 }),
  ]) {
    const state = run(unreadFive(), action)
    t.match(state.asks, [{ path: '/v1/conversations/everyone' }])
    t.equal(run(state, event('message.updated', message(7), 12)).asks.length, 1)
    const counted = summary('everyone', { lastId: 9, readUpTo: 6, unread: 3, asOf: 11 })
    t.same(unreadOf(answer(state, 'conversation', counted)), [3, 0, 6])
  }
})

t.test('what does not change the counts is not asked for', async (t) => {
  const state = run(
    unreadFive(),
    event('message.updated', message(4), 11),
    event('message.deleted', tombstone(3), 12),
    event('message.updated', message(8, { from: me }), 13),
    event('message.deleted', tombstone(2, { from: me }), 14),
  )
  t.same(asksOf(state), [])
  t.same(unreadOf(state), [5, 1, 4])
  const read = run(begun([summary('everyone', { lastId: 9, readUpTo: 4 })]))
  t.same(asksOf(run(read, event('read', { conversation: 'everyone', upTo: 6 }))), [])
})

t.test('where the messages after the marker are held, they are counted', async (t) => {
  let state = run(
    opened([message(5)]),
    event('message', message(11, { mentions: [me] }), 11),
    event('message', message(12), 12),
    event('message', message(13), 13),
  )
  t.same(unreadOf(state), [3, 1, 10])
  state = run(state, event('message.updated', message(11), 14))
  t.same(unreadOf(state), [3, 0, 10], 'it no longer mentions her')
  state = run(state, event('message.deleted', tombstone(12), 15))
  t.same(unreadOf(state), [2, 0, 10])
  state = run(state, event('read', { conversation: 'everyone', upTo: 11 }))
  t.same(unreadOf(state), [1, 0, 11])
  t.same(asksOf(state), [])
})

t.test(
  'a page that is ahead of the stream is not counted before the stream is there',
  async (t) => {
    const before = begun([summary('everyone', { last: message(9), lastId: 9, readUpTo: 9 })])
    const ahead = page([message(9), message(11), message(12)], 12)
    let state = answer(run(before, open('everyone')), 'messages', ahead)
    t.same(unreadOf(state), [0, 0, 9])
    state = run(state, event('message', message(11), 11))
    t.same(unreadOf(state), [1, 0, 9])
    state = run(state, event('message', message(12), 12))
    t.same(unreadOf(state), [2, 0, 9])
  },
)

t.test('a direct message to oneself is not unread', async (t) => {
  const state = begun([summary('direct:ann', { lastId: 3, last: direct(3, me, me) })])
  t.same(unreadOf(run(state, event('message', direct(11, me, me), 11)), 'direct:ann'), [0, 0, 11])
})
