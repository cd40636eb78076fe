import fc from 'fast-check'
import t from 'tap'
import type { Message } from '../../../src/client/index.ts'
import {
  addPage,
  applyReset,
  type Chat,
  type Conversation,
  emptyChat,
  inOrder,
  markRead,
  marksOf,
  receive,
  shorten,
  shown,
  startOf,
  unread,
  withConversation,
} from '../../../src/web/state/chat.ts'
import { conversationOf, foldName, partnerOf, room } from '../../../src/web/state/conversations.ts'
import { merge, since } from '../../../src/web/state/messages.ts'
import { direct, page, said } from '../say.ts'

const of = (chat: Chat, key: string) => chat.conversations.get(key) as Conversation
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

t.test('a message belongs to the room, or to the person it was exchanged with', async (t) => {
  t.equal(conversationOf(said(1, 'bob'), 'Ann'), room)
  t.equal(conversationOf(direct(2, 'Bob', 'Ann'), 'Ann'), 'bob')
  t.equal(partnerOf(direct(3, 'Ann', 'Bob'), 'Ann'), 'Bob')
  t.equal(partnerOf(direct(4, 'Ann', 'Ann'), 'Ann'), 'Ann')
  t.equal(foldName('ＢＯＢ'), 'bob')
})

t.test('messages are held once and in order, however they come', async (t) => {
  const message = fc.integer({ min: 1, max: 60 }).map((id) => said(id, 'bob'))
  fc.assert(
    fc.property(fc.array(fc.array(message, { maxLength: 20 })), (arrivals) => {
      let held: readonly Message[] = []
      for (const arrival of arrivals) held = merge(held, arrival)
      const expected = [...new Set(arrivals.flat().map(({ id }) => id))].sort((a, b) => a - b)
      t.strictSame(ids(held), expected)
    }),
    { numRuns: 60 },
  )
  const held = [said(1, 'bob'), said(2, 'bob')]
  t.equal(merge(held, [said(2, 'bob')]), held, 'nothing new: nothing changes')
  t.equal(since(held, 1), held)
  t.strictSame(ids(since(held, 2)), [2])
})

t.test('a first visit: what is there already was read, what comes then was not', async (t) => {
  let chat = emptyChat('ann', {})
  t.same(shown(chat, of(chat, room)), [])
  // Kept for her while she was away: comes on the stream before the history is read.
  chat = receive(chat, [direct(3, 'bob', 'ann')])
  chat = addPage(
    chat,
    page([said(2, 'cid'), direct(3, 'bob', 'ann'), direct(4, 'dan', 'ann')], true),
  )
  t.equal(unread(chat, of(chat, room)), 0)
  t.equal(unread(chat, of(chat, 'bob')), 1)
  t.equal(unread(chat, of(chat, 'dan')), 0)
  chat = receive(chat, [said(5, 'cid'), said(6, 'ann'), direct(7, 'eve', 'ann')])
  t.equal(unread(chat, of(chat, room)), 1, 'one’s own are no news')
  t.equal(unread(chat, of(chat, 'eve')), 1)
  t.strictSame(
    inOrder(chat).map(({ name }) => name),
    ['', 'eve', 'dan', 'bob'],
  )
  chat = markRead(chat, room, 6)
  t.equal(unread(chat, of(chat, room)), 0)
  t.equal(markRead(chat, room, 5), chat, 'what was read stays read')
  t.equal(markRead(chat, 'nobody', 5), chat)
  t.same(marksOf(chat)[room], { name: '', read: 6 })

  const silent = addPage(emptyChat('ann', {}), page([], false))
  t.equal(unread(silent, of(receive(silent, [said(1, 'bob')]), room)), 1)
})

t.test('a later visit: what was said since the last one is new', async (t) => {
  const marks = { [room]: { name: '', read: 2 }, bob: { name: 'Bob', read: 3 } }
  let chat = emptyChat('ann', marks)
  t.strictSame(
    inOrder(chat).map(({ name }) => name),
    ['', 'Bob'],
    'the conversations are there before anything was read',
  )
  chat = addPage(chat, page([said(2, 'cid'), said(4, 'cid'), direct(5, 'Bob', 'ann')], true))
  t.equal(unread(chat, of(chat, room)), 1)
  t.equal(unread(chat, of(chat, 'bob')), 1)
})

t.test('only what has no gap is shown, and the way up ends where the log began', async (t) => {
  let chat = addPage(emptyChat('ann', {}), page([said(50, 'bob'), said(51, 'bob')], true))
  chat = receive(chat, [direct(20, 'bob', 'ann')])
  t.same(shown(chat, of(chat, 'bob')), [], 'what lies between was not read')
  chat = addPage(chat, page([direct(10, 'ann', 'bob'), direct(20, 'bob', 'ann')], true), 'bob')
  t.strictSame(ids(shown(chat, of(chat, 'bob'))), [10, 20])
  t.equal(startOf(chat, of(chat, 'bob')), 10)
  t.equal(startOf(chat, of(chat, room)), 50, 'the room is held no further than before')
  chat = addPage(chat, page([said(1, 'bob')], false))
  t.strictSame(ids(shown(chat, of(chat, room))), [1, 50, 51])
  t.equal(startOf(chat, of(chat, room)), 0)
  t.equal(startOf(chat, of(chat, 'bob')), 0, 'all of the log is all of each conversation')
  t.equal(addPage(chat, page([], false), 'nobody').from, 0)
})

t.test('a conversation can be begun before anything is said in it', async (t) => {
  const chat = withConversation(emptyChat('ann', {}), 'Bob')
  t.equal(of(chat, 'bob').name, 'Bob')
  t.equal(withConversation(chat, 'BOB'), chat)
  const both = withConversation(chat, 'Al')
  t.strictSame(
    inOrder(both).map(({ name }) => name),
    ['', 'Al', 'Bob'],
  )
})

t.test('a reset takes back what the log no longer holds', async (t) => {
  let chat = addPage(emptyChat('ann', {}), page([said(5, 'bob'), said(6, 'bob')], true))
  chat = receive(chat, [said(7, 'bob'), said(8, 'bob'), direct(9, 'bob', 'ann')])
  chat = markRead(chat, room, 8)
  const rewound = applyReset(chat, { reason: 'rewound', from: 6, oldest: 6, head: 6 })
  t.strictSame(ids(shown(rewound, of(rewound, room))), [6])
  t.equal(rewound.head, 6)
  t.equal(of(rewound, room).read, 6, 'the ids come again with other messages')
  t.same(of(rewound, 'bob').messages, [])
  t.equal(rewound.era, chat.era + 1)
  const again = receive(rewound, [said(7, 'cid', 'another')])
  t.equal(unread(again, of(again, room)), 1)

  const before = applyReset(chat, { reason: 'ahead', from: 2, oldest: 1, head: 2 })
  t.equal(before.from, 3, 'what comes next goes on from there')

  const trimmed = applyReset(chat, { reason: 'trimmed', from: 7, oldest: 8, head: 9 })
  t.strictSame(ids(of(trimmed, room).messages), [8])
  t.equal(of(trimmed, room).read, 8)
  t.equal(trimmed.head, 9)
})

t.test('in a new epoch only what does not come again is taken back', async (t) => {
  const reset = { reason: 'new-epoch' as const, from: 6, oldest: 6, head: 8 }
  let chat = addPage(emptyChat('ann', {}), page([said(5, 'bob'), said(6, 'bob')], true))
  chat = receive(chat, [said(7, 'ann', 'an answer'), direct(8, 'bob', 'ann', 'of a page')])
  chat = markRead(markRead(chat, room, 7), 'bob', 8)
  const again = [said(7, 'ann', 'an answer'), direct(8, 'bob', 'ann', 'of a page')]

  const same = applyReset(chat, reset, again)
  t.strictSame({ ...same, era: chat.era }, chat, 'where nothing was lost nothing changes')
  t.equal(same.era, chat.era + 1, 'but what was asked for before may be void')

  const nothing = applyReset(chat, { ...reset, head: 6 })
  t.strictSame(ids(shown(nothing, of(nothing, room))), [5, 6], 'what lies before it stays')
  t.same(of(nothing, 'bob').messages, [])
  t.equal(of(nothing, room).read, 6)
  t.equal(nothing.head, 6)

  const other = [said(7, 'ann', 'an answer'), direct(8, 'bob', 'ann', 'another')]
  const forked = applyReset(chat, reset, other)
  t.strictSame(ids(of(forked, room).messages), [5, 6, 7])
  t.same(of(forked, 'bob').messages, [])
  const on = receive(forked, other)
  t.equal(unread(on, of(on, room)), 0)
  t.equal(unread(on, of(on, 'bob')), 1, 'which was not read')
  t.equal(applyReset(chat, reset, [said(7, 'cid', 'an answer')]).head, 6, 'by someone else')

  const elsewhere = markRead(chat, room, 12)
  t.equal(of(applyReset(elsewhere, reset, again), room).read, 8, 'nor what is not there')
  const unopened = applyReset(emptyChat('ann', {}), reset)
  t.equal(unopened.from, Infinity, 'the history is still to be read')
})

t.test('a room that is open for weeks does not grow', async (t) => {
  const many = Array.from({ length: 9 }, (_, at) => said(at + 20, 'bob'))
  let chat = addPage(emptyChat('ann', {}), page([direct(11, 'bob', 'ann'), ...many], true))
  t.equal(shorten(chat, 5), chat)
  chat = shorten(chat, 4)
  t.strictSame(ids(shown(chat, of(chat, room))), [25, 26, 27, 28])
  t.strictSame(ids(shown(chat, of(chat, 'bob'))), [11], 'what is held of others stays')
  chat = addPage(chat, page(many.slice(0, 5), true))
  t.equal(shown(chat, of(chat, room)).length, 9, 'the way up leads there again')
})
