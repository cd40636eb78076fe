import fc from 'fast-check'
import t from 'tap'
import type { Message } from '../../../src/client/index.ts'
import {
  addMessages,
  addPage,
  applyReset,
  type Chat,
  type Conversation,
  completeFromOf,
  emptyChat,
  markRead,
  readMarkersOf,
  sortedConversations,
  trimRoom,
  unreadCount,
  visibleMessages,
  withConversation,
} from '../../../src/web/state/chat.ts'
import { conversationOf, foldName, partnerOf, room } from '../../../src/web/state/conversations.ts'
import { mergeMessages, messagesFrom } from '../../../src/web/state/messages.ts'
import { broadcastMessage, directMessage, historyPage } from '../message-fixtures.ts'

const of = (chat: Chat, key: string) => chat.conversations.get(key) as Conversation
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

t.test('a message belongs to the room, or to the person it was exchanged with', async (t) => {
  t.equal(conversationOf(broadcastMessage(1, 'bob'), 'Ann'), room)
  t.equal(conversationOf(directMessage(2, 'Bob', 'Ann'), 'Ann'), 'bob')
  t.equal(partnerOf(directMessage(3, 'Ann', 'Bob'), 'Ann'), 'Bob')
  t.equal(partnerOf(directMessage(4, 'Ann', 'Ann'), 'Ann'), 'Ann')
  t.equal(foldName('ＢＯＢ'), 'bob')
})

t.test('messages are held once and in order, however they come', async (t) => {
  const message = fc.integer({ min: 1, max: 60 }).map((id) => broadcastMessage(id, 'bob'))
  fc.assert(
    fc.property(fc.array(fc.array(message, { maxLength: 20 })), (arrivals) => {
      let held: readonly Message[] = []
      for (const arrival of arrivals) held = mergeMessages(held, arrival)
      const expected = [...new Set(arrivals.flat().map(({ id }) => id))].sort((a, b) => a - b)
      t.strictSame(ids(held), expected)
    }),
    { numRuns: 60 },
  )
  const held = [broadcastMessage(1, 'bob'), broadcastMessage(2, 'bob')]
  t.equal(mergeMessages(held, [broadcastMessage(2, 'bob')]), held, 'nothing new: nothing changes')
  t.equal(messagesFrom(held, 1), held)
  t.strictSame(ids(messagesFrom(held, 2)), [2])
})

t.test('a first visit: what is there already was read, what comes then was not', async (t) => {
  let chat = emptyChat('ann', {})
  t.same(visibleMessages(chat, of(chat, room)), [])
  // Kept for her while she was away: comes on the stream before the history is read.
  chat = addMessages(chat, [directMessage(3, 'bob', 'ann')])
  chat = addPage(
    chat,
    historyPage(
      [broadcastMessage(2, 'cid'), directMessage(3, 'bob', 'ann'), directMessage(4, 'dan', 'ann')],
      true,
    ),
  )
  t.equal(unreadCount(chat, of(chat, room)), 0)
  t.equal(unreadCount(chat, of(chat, 'bob')), 1)
  t.equal(unreadCount(chat, of(chat, 'dan')), 0)
  chat = addMessages(chat, [
    broadcastMessage(5, 'cid'),
    broadcastMessage(6, 'ann'),
    directMessage(7, 'eve', 'ann'),
  ])
  t.equal(unreadCount(chat, of(chat, room)), 1, 'one’s own are no news')
  t.equal(unreadCount(chat, of(chat, 'eve')), 1)
  t.strictSame(
    sortedConversations(chat).map(({ name }) => name),
    ['', 'eve', 'dan', 'bob'],
  )
  chat = markRead(chat, room, 6)
  t.equal(unreadCount(chat, of(chat, room)), 0)
  t.equal(markRead(chat, room, 5), chat, 'what was read stays read')
  t.equal(markRead(chat, 'nobody', 5), chat)
  t.same(readMarkersOf(chat)[room], { name: '', read: 6 })

  const silent = addPage(emptyChat('ann', {}), historyPage([], false))
  t.equal(unreadCount(silent, of(addMessages(silent, [broadcastMessage(1, 'bob')]), room)), 1)
})

t.test('a later visit: what was said since the last one is new', async (t) => {
  const marks = { [room]: { name: '', read: 2 }, bob: { name: 'Bob', read: 3 } }
  let chat = emptyChat('ann', marks)
  t.strictSame(
    sortedConversations(chat).map(({ name }) => name),
    ['', 'Bob'],
    'the conversations are there before anything was read',
  )
  chat = addPage(
    chat,
    historyPage(
      [broadcastMessage(2, 'cid'), broadcastMessage(4, 'cid'), directMessage(5, 'Bob', 'ann')],
      true,
    ),
  )
  t.equal(unreadCount(chat, of(chat, room)), 1)
  t.equal(unreadCount(chat, of(chat, 'bob')), 1)
})

t.test('only what has no gap is shown, and the way up ends where the log began', async (t) => {
  let chat = addPage(
    emptyChat('ann', {}),
    historyPage([broadcastMessage(50, 'bob'), broadcastMessage(51, 'bob')], true),
  )
  chat = addMessages(chat, [directMessage(20, 'bob', 'ann')])
  t.same(visibleMessages(chat, of(chat, 'bob')), [], 'what lies between was not read')
  chat = addPage(
    chat,
    historyPage([directMessage(10, 'ann', 'bob'), directMessage(20, 'bob', 'ann')], true),
    'bob',
  )
  t.strictSame(ids(visibleMessages(chat, of(chat, 'bob'))), [10, 20])
  t.equal(completeFromOf(chat, of(chat, 'bob')), 10)
  t.equal(completeFromOf(chat, of(chat, room)), 50, 'the room is held no further than before')
  chat = addPage(chat, historyPage([broadcastMessage(1, 'bob')], false))
  t.strictSame(ids(visibleMessages(chat, of(chat, room))), [1, 50, 51])
  t.equal(completeFromOf(chat, of(chat, room)), 0)
  t.equal(completeFromOf(chat, of(chat, 'bob')), 0, 'all of the log is all of each conversation')
  t.equal(addPage(chat, historyPage([], false), 'nobody').completeFrom, 0)
})

t.test('a conversation can be begun before anything is said in it', async (t) => {
  const chat = withConversation(emptyChat('ann', {}), 'Bob')
  t.equal(of(chat, 'bob').name, 'Bob')
  t.equal(withConversation(chat, 'BOB'), chat)
  const both = withConversation(chat, 'Al')
  t.strictSame(
    sortedConversations(both).map(({ name }) => name),
    ['', 'Al', 'Bob'],
  )
})

t.test('a reset takes back what the log no longer holds', async (t) => {
  let chat = addPage(
    emptyChat('ann', {}),
    historyPage([broadcastMessage(5, 'bob'), broadcastMessage(6, 'bob')], true),
  )
  chat = addMessages(chat, [
    broadcastMessage(7, 'bob'),
    broadcastMessage(8, 'bob'),
    directMessage(9, 'bob', 'ann'),
  ])
  chat = markRead(chat, room, 8)
  const rewound = applyReset(chat, { reason: 'rewound', from: 6, oldest: 6, head: 6 })
  t.strictSame(ids(visibleMessages(rewound, of(rewound, room))), [6])
  t.equal(rewound.head, 6)
  t.equal(of(rewound, room).read, 6, 'the ids come again with other messages')
  t.same(of(rewound, 'bob').messages, [])
  t.equal(rewound.generation, chat.generation + 1)
  const again = addMessages(rewound, [broadcastMessage(7, 'cid', 'another')])
  t.equal(unreadCount(again, of(again, room)), 1)

  const before = applyReset(chat, { reason: 'ahead', from: 2, oldest: 1, head: 2 })
  t.equal(before.completeFrom, 3, 'what comes next goes on from there')

  const trimmed = applyReset(chat, { reason: 'trimmed', from: 7, oldest: 8, head: 9 })
  t.strictSame(ids(of(trimmed, room).messages), [8])
  t.equal(of(trimmed, room).read, 8)
  t.equal(trimmed.head, 9)
})

t.test('in a new epoch only what does not come again is taken back', async (t) => {
  const reset = { reason: 'new-epoch' as const, from: 6, oldest: 6, head: 8 }
  let chat = addPage(
    emptyChat('ann', {}),
    historyPage([broadcastMessage(5, 'bob'), broadcastMessage(6, 'bob')], true),
  )
  chat = addMessages(chat, [
    broadcastMessage(7, 'ann', 'an answer'),
    directMessage(8, 'bob', 'ann', 'of a page'),
  ])
  chat = markRead(markRead(chat, room, 7), 'bob', 8)
  const again = [
    broadcastMessage(7, 'ann', 'an answer'),
    directMessage(8, 'bob', 'ann', 'of a page'),
  ]

  const same = applyReset(chat, reset, again)
  t.strictSame(
    { ...same, generation: chat.generation },
    chat,
    'where nothing was lost nothing changes',
  )
  t.equal(same.generation, chat.generation + 1, 'but what was asked for before may be void')

  const nothing = applyReset(chat, { ...reset, head: 6 })
  t.strictSame(
    ids(visibleMessages(nothing, of(nothing, room))),
    [5, 6],
    'what lies before it stays',
  )
  t.same(of(nothing, 'bob').messages, [])
  t.equal(of(nothing, room).read, 6)
  t.equal(nothing.head, 6)

  const other = [broadcastMessage(7, 'ann', 'an answer'), directMessage(8, 'bob', 'ann', 'another')]
  const forked = applyReset(chat, reset, other)
  t.strictSame(ids(of(forked, room).messages), [5, 6, 7])
  t.same(of(forked, 'bob').messages, [])
  const on = addMessages(forked, other)
  t.equal(unreadCount(on, of(on, room)), 0)
  t.equal(unreadCount(on, of(on, 'bob')), 1, 'which was not read')
  t.equal(
    applyReset(chat, reset, [broadcastMessage(7, 'cid', 'an answer')]).head,
    6,
    'by someone else',
  )

  const elsewhere = markRead(chat, room, 12)
  t.equal(of(applyReset(elsewhere, reset, again), room).read, 8, 'nor what is not there')
  const unopened = applyReset(emptyChat('ann', {}), reset)
  t.equal(unopened.completeFrom, Infinity, 'the history is still to be read')
})

t.test('a room that is open for weeks does not grow', async (t) => {
  const many = Array.from({ length: 9 }, (_, at) => broadcastMessage(at + 20, 'bob'))
  let chat = addPage(
    emptyChat('ann', {}),
    historyPage([directMessage(11, 'bob', 'ann'), ...many], true),
  )
  t.equal(trimRoom(chat, 5), chat)
  chat = trimRoom(chat, 4)
  t.strictSame(ids(visibleMessages(chat, of(chat, room))), [25, 26, 27, 28])
  t.strictSame(ids(visibleMessages(chat, of(chat, 'bob'))), [11], 'what is held of others stays')
  chat = addPage(chat, historyPage(many.slice(0, 5), true))
  t.equal(visibleMessages(chat, of(chat, room)).length, 9, 'the way up leads there again')
})
