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
  mergeReadMarkers,
  readMarkersOf,
  sortedConversations,
  trimRoom,
  unreadCount,
  visibleMessages,
  withConversation,
} from '../../../src/web/state/chat.ts'
import { room } from '../../../src/web/state/conversation-key.ts'
import { broadcastMessage, directMessage, historyPage, roomMessage } from '../message-fixtures.ts'

const of = (chat: Chat, key: string) => chat.conversations.get(key) as Conversation
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

t.test('first visit: earlier messages are read, later ones are unread', async (t) => {
  let chat = emptyChat('ann', {})
  t.same(visibleMessages(chat, of(chat, room)), [])
  // An undelivered message comes on the stream before the history is loaded.
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
  t.equal(unreadCount(chat, of(chat, room)), 1, 'her own messages do not count')
  t.equal(unreadCount(chat, of(chat, 'eve')), 1)
  t.strictSame(
    sortedConversations(chat).map(({ name }) => name),
    ['', 'eve', 'dan', 'bob'],
  )
  chat = markRead(chat, room, 6)
  t.equal(unreadCount(chat, of(chat, room)), 0)
  t.equal(markRead(chat, room, 5), chat, 'a read marker does not move back')
  t.equal(markRead(chat, 'nobody', 5), chat)
  t.same(readMarkersOf(chat)[room], { name: '', read: 6 })

  const silent = addPage(emptyChat('ann', {}), historyPage([], false))
  t.equal(unreadCount(silent, of(addMessages(silent, [broadcastMessage(1, 'bob')]), room)), 1)
})

t.test('later visit: messages since the last visit are unread', async (t) => {
  const marks = { [room]: { name: '', read: 2 }, bob: { name: 'Bob', read: 3 } }
  let chat = emptyChat('ann', marks)
  t.strictSame(
    sortedConversations(chat).map(({ name }) => name),
    ['', 'Bob'],
    'the conversations are listed before the history is loaded',
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

t.test(
  'messages before a gap are not shown, and pages end at the beginning of the log',
  async (t) => {
    let chat = addPage(
      emptyChat('ann', {}),
      historyPage([broadcastMessage(50, 'bob'), broadcastMessage(51, 'bob')], true),
    )
    chat = addMessages(chat, [directMessage(20, 'bob', 'ann')])
    t.same(visibleMessages(chat, of(chat, 'bob')), [], 'the messages between were not loaded')
    chat = addPage(
      chat,
      historyPage([directMessage(10, 'ann', 'bob'), directMessage(20, 'bob', 'ann')], true),
      'bob',
    )
    t.strictSame(ids(visibleMessages(chat, of(chat, 'bob'))), [10, 20])
    t.equal(completeFromOf(chat, of(chat, 'bob')), 10)
    t.equal(completeFromOf(chat, of(chat, room)), 50, 'the room is loaded no further than before')
    chat = addPage(chat, historyPage([broadcastMessage(1, 'bob')], false))
    t.strictSame(ids(visibleMessages(chat, of(chat, room))), [1, 50, 51])
    t.equal(completeFromOf(chat, of(chat, room)), 0)
    t.equal(completeFromOf(chat, of(chat, 'bob')), 0, 'the whole log has every conversation')
    t.equal(addPage(chat, historyPage([], false), 'nobody').completeFrom, 0)
  },
)

t.test('a conversation can be added without messages', async (t) => {
  const chat = withConversation(emptyChat('ann', {}), 'Bob')
  t.equal(of(chat, 'bob').name, 'Bob')
  t.equal(withConversation(chat, 'BOB'), chat)
  const both = withConversation(chat, 'Al')
  t.strictSame(
    sortedConversations(both).map(({ name }) => name),
    ['', 'Al', 'Bob'],
  )
})

t.test('a reset removes the messages that are no longer in the log', async (t) => {
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
  t.equal(of(rewound, room).read, 6, 'the ids will be used again')
  t.same(of(rewound, 'bob').messages, [])
  t.equal(rewound.generation, chat.generation + 1)
  const again = addMessages(rewound, [broadcastMessage(7, 'cid', 'another')])
  t.equal(unreadCount(again, of(again, room)), 1)

  const before = applyReset(chat, { reason: 'ahead', from: 2, oldest: 1, head: 2 })
  t.equal(before.completeFrom, 3, 'the stream resumes there')

  const trimmed = applyReset(chat, { reason: 'trimmed', from: 7, oldest: 8, head: 9 })
  t.strictSame(ids(of(trimmed, room).messages), [8])
  t.equal(of(trimmed, room).read, 8)
  t.equal(trimmed.head, 9)
})

t.test('a new epoch removes only the messages that do not come again', async (t) => {
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
    'nothing changes if nothing was lost',
  )
  t.equal(same.generation, chat.generation + 1, 'but pages requested before may be void')

  const nothing = applyReset(chat, { ...reset, head: 6 })
  t.strictSame(ids(visibleMessages(nothing, of(nothing, room))), [5, 6], 'earlier messages stay')
  t.same(of(nothing, 'bob').messages, [])
  t.equal(of(nothing, room).read, 6)
  t.equal(nothing.head, 6)

  const other = [broadcastMessage(7, 'ann', 'an answer'), directMessage(8, 'bob', 'ann', 'another')]
  const forked = applyReset(chat, reset, other)
  t.strictSame(ids(of(forked, room).messages), [5, 6, 7])
  t.same(of(forked, 'bob').messages, [])
  const on = addMessages(forked, other)
  t.equal(unreadCount(on, of(on, room)), 0)
  t.equal(unreadCount(on, of(on, 'bob')), 1, 'the other message is unread')
  t.equal(
    applyReset(chat, reset, [broadcastMessage(7, 'cid', 'an answer')]).head,
    6,
    'a message of another sender is another message',
  )

  const elsewhere = markRead(chat, room, 12)
  t.equal(of(applyReset(elsewhere, reset, again), room).read, 8, 'no further than the head')
  const unopened = applyReset(emptyChat('ann', {}), reset)
  t.equal(unopened.completeFrom, Infinity, 'the history is still to be loaded')
})

t.test('the messages of the room are trimmed', async (t) => {
  const many = Array.from({ length: 9 }, (_, at) => broadcastMessage(at + 20, 'bob'))
  let chat = addPage(
    emptyChat('ann', {}),
    historyPage([directMessage(11, 'bob', 'ann'), ...many], true),
  )
  t.equal(trimRoom(chat, 5), chat)
  chat = trimRoom(chat, 4)
  t.strictSame(ids(visibleMessages(chat, of(chat, room))), [25, 26, 27, 28])
  t.strictSame(ids(visibleMessages(chat, of(chat, 'bob'))), [11], 'other conversations stay')
  chat = addPage(chat, historyPage(many.slice(0, 5), true))
  t.equal(visibleMessages(chat, of(chat, room)).length, 9, 'they can be loaded again')
})

t.test('the read markers of another tab are taken over', async (t) => {
  const chat = addMessages(emptyChat('ann', {}), [broadcastMessage(5, 'bob')])
  const markers = { [room]: { name: '', read: 5 }, cid: { name: 'Cid', read: 4 } }
  const merged = mergeReadMarkers(chat, markers)
  t.equal(of(merged, room).read, 5)
  t.match(of(merged, 'cid'), { name: 'Cid', read: 5 }, 'a read marker does not move back')
  t.equal(mergeReadMarkers(merged, markers), merged)
})

t.test('what is said in rooms is in no conversation, but known to be there', (t) => {
  const said = [broadcastMessage(1, 'bob'), roomMessage(2, 'bob', 'tea')]
  let chat = addPage(emptyChat('ann', {}), historyPage(said, true))
  t.equal(chat.completeFrom, 1)
  chat = addMessages(chat, [roomMessage(3, 'bob', 'tea')])
  t.equal(chat.head, 3)
  t.same(
    sortedConversations(chat).map(({ name, messages }) => [name, ids(messages)]),
    [['', [1]]],
  )
  t.end()
})
