import t from 'tap'
import {
  type HeldMessage,
  hasOlder,
  repliedTo,
  sortedConversations,
  streamEvent,
  streamEventTypes,
} from '../../../src/client/state/index.ts'
import { entryId, idOfCursor } from '../../../src/client/state/stream-events.ts'
import { begun, conversation, message, opened, summary } from './fixtures.ts'

t.test('conversations are listed by their last message', async (t) => {
  const state = begun([
    summary('room:y'),
    summary('direct:bob', { lastId: 9 }),
    summary('everyone', { lastId: 12 }),
    summary('room:x'),
    summary('room:z'),
  ])
  t.same(
    sortedConversations(state).map(({ id, title }) => [id, title]),
    [
      ['everyone', 'everyone'],
      ['direct:bob', 'bob'],
      ['room:x', 'x'],
      ['room:y', 'y'],
      ['room:z', 'z'],
    ],
  )
})

t.test('a reply knows its message if that is held', async (t) => {
  const state = opened(
    [message(3), message(5, { replyTo: 3 }), message(7, { replyTo: 2 })],
    {},
    true,
  )
  const everyone = conversation(state)
  const [first, reply, other] = everyone.messages as [HeldMessage, HeldMessage, HeldMessage]
  t.equal(repliedTo(everyone, reply), first)
  t.equal(repliedTo(everyone, other), undefined)
  t.equal(repliedTo(everyone, first), undefined)
  t.equal(hasOlder(everyone), true)
  t.equal(hasOlder(conversation(opened([message(3)]))), false)
})

t.test('blocks of a stream become events', async (t) => {
  t.same(streamEvent('read', { conversation: 'everyone', upTo: 3 }, ''), {
    type: 'read',
    read: { conversation: 'everyone', upTo: 3 },
    cursor: undefined,
  })
  t.same(streamEvent('heartbeat', {}, '7-e'), { type: 'heartbeat', cursor: '7-e' })
  t.equal(streamEvent('toString', {}), undefined)
  t.equal(streamEvent('something.new', {}), undefined)
})

t.test('every event that the state applies can be listened to', async (t) => {
  for (const type of streamEventTypes) t.match(streamEvent(type, {}, '1-e'), { type })
  t.ok(streamEventTypes.includes('reaction.added'))
})

t.test('the ids of cursors and of entries', async (t) => {
  t.equal(idOfCursor('1041-mh4k2c9z'), 1041)
  t.equal(idOfCursor(undefined), 0)
  t.equal(entryId({ type: 'heartbeat', cursor: '7-e' }), undefined)
  t.equal(entryId({ type: 'ended', reason: 'banned' }), undefined)
  const read = streamEvent('read', { conversation: 'everyone', upTo: 3 }, '7-e')
  t.equal(read && entryId(read), undefined, 'an EventSource repeats the last id')
  t.equal(entryId({ type: 'message', message: message(5), cursor: undefined }), undefined)
  t.equal(entryId({ type: 'message', message: message(5), cursor: '5-e' }), 5)
})
