import t from 'tap'
import {
  markDelayed,
  markFailed,
  markInterrupted,
  markSending,
  markSent,
  type PendingMessage,
  type PendingMessages,
  removePending,
  unconfirmed,
} from '../../../src/web/state/pending-messages.ts'
import { broadcastMessage } from '../message-fixtures.ts'

const pending = (key: string, text: string, after = 0): PendingMessage => ({
  key,
  conversation: 'everyone',
  text,
  at: 0,
  after,
  failure: undefined,
})
const keys = (outbox: PendingMessages) => outbox.map(({ key }) => key)

t.test('a message is pending until it arrives on the stream', async (t) => {
  const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('c', 'ho', 4)]
  const visible = (messages = [broadcastMessage(4, 'ann', 'hi')]) =>
    keys(unconfirmed(outbox, 'everyone', messages, 'ann'))
  t.strictSame(visible(), ['a', 'b', 'c'], 'an older message does not match')
  t.strictSame(
    visible([broadcastMessage(5, 'bob', 'hi')]),
    ['a', 'b', 'c'],
    'nor does that of another sender',
  )
  t.strictSame(visible([broadcastMessage(5, 'ann', 'hi')]), ['b', 'c'])
  t.strictSame(visible([broadcastMessage(5, 'ann', 'hi'), broadcastMessage(6, 'ann', 'hi')]), ['c'])
  t.strictSame(unconfirmed(outbox, 'direct:bob', [], 'ann'), [])
})

t.test(
  'a sent message is removed, and the pending ones of its conversation come after it',
  async (t) => {
    const other = { ...pending('d', 'hi', 4), conversation: 'direct:bob' }
    const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('late', 'hi', 9), other]
    const settled = markSent(outbox, 'a', broadcastMessage(5, 'ann', 'hi'))
    t.strictSame(
      settled.map(({ key, after }) => [key, after]),
      [
        ['b', 5],
        ['late', 9],
        ['d', 4],
      ],
    )
    t.strictSame(
      keys(unconfirmed(settled, 'everyone', [broadcastMessage(5, 'ann', 'hi')], 'ann')),
      ['b', 'late'],
    )
    t.strictSame(markSent(outbox, 'gone', broadcastMessage(5, 'ann')), outbox)
  },
)

t.test(
  'a refused message stays pending; one with an uncertain outcome may be in the log',
  async (t) => {
    const outbox = markFailed([pending('a', 'hi'), pending('b', 'ho')], 'a', 'too-many-requests')
    const came = [broadcastMessage(1, 'ann', 'hi'), broadcastMessage(2, 'ann', 'ho')]
    t.strictSame(keys(unconfirmed(outbox, 'everyone', came, 'ann')), ['a'])
    t.strictSame(keys(unconfirmed(markFailed(outbox, 'a', 'network'), 'everyone', came, 'ann')), [])
    t.equal(markSending(outbox, 'a')[0]?.failure, undefined)
    t.strictSame(keys(removePending(outbox, 'a')), ['b'])
    t.strictSame(
      markInterrupted(outbox).map(({ failure }) => failure),
      ['too-many-requests', 'network'],
    )
  },
)

t.test('what version 0.1 has stored goes to whom it was meant for', async (t) => {
  const old = [
    { ...pending('a', 'hi'), conversation: 'bob', to: 'Bob' },
    { ...pending('b', 'hi'), conversation: '' },
    { ...pending('c', 'hi'), conversation: 'room:tea' },
  ]
  t.strictSame(
    markInterrupted(old).map(({ conversation }) => conversation),
    ['direct:Bob', 'everyone', 'room:tea'],
  )
})

t.test('a delayed message has the reason and the time of the next attempt', async (t) => {
  const [waiting] = markDelayed([pending('a', 'hi')], 'a', 'too-many-requests', 5000)
  t.match(waiting, { failure: undefined, delay: { failure: 'too-many-requests', until: 5000 } })
  t.equal(markSending([waiting as PendingMessage], 'a')[0]?.delay, undefined)
})
