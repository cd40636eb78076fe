import t from 'tap'
import {
  byeEvent,
  encodeMessage,
  encodeUndelivered,
  heartbeatEvent,
  isVisibleTo,
  presenceEvent,
  readyEvent,
  resetEvent,
} from '../../src/delivery/sse-events.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const sentAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

t.test('a message carries its id, so that it moves the cursor', async (t) => {
  const event = encodeMessage({ id: 7, from: ann, to: null, text: 'hi', sentAt }, 'mh4k2c9z')
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"broadcast","from":"ann","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\nid: 7-mh4k2c9z\n\n',
  )
})

t.test('a kept message carries none', async (t) => {
  const event = encodeUndelivered({ id: 7, from: ann, to: bob, text: 'hi', sentAt })
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"direct","from":"ann","to":"bob","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n\n',
  )
  t.same([event.from, event.to], [1, 2])
})

/** What ends a line in Python's str.splitlines, in Java's \\R and in Unicode's UAX #14. */
const lineEnds = /\r\n|[\n\v\f\r\x1c\x1d\x1e\u0085\u2028\u2029]/

t.test('no line break of a text, of whatever language, breaks the framing', async (t) => {
  const text =
    'a\nb\r\nc\rd\n\ndata: x\u2028event: bye\u2029id: 9\u0085data: {}\ve\fdata: \x1cid: 8\x1d\x1e'
  for (const event of [
    encodeMessage({ id: 1, from: ann, to: null, text, sentAt }, 'mh4k2c9z'),
    encodeUndelivered({ id: 1, from: ann, to: null, text, sentAt }),
  ]) {
    const lines = event.bytes.toString().split(lineEnds)
    t.ok(lines.length <= 5, `an event, its data, its id if it has one, and its end`)
    const data = lines.filter((line) => line.startsWith('data:'))
    t.equal(data.length, 1)
    t.equal(JSON.parse((data[0] as string).slice(5)).text, text)
  }
})

t.test('a character takes at most six bytes of a line', async (t) => {
  const lineOf = (chars: number) => {
    const person = { id: 1, username: '𝒜'.repeat(32) }
    const id = Number.MAX_SAFE_INTEGER
    const text = '\u2028'.repeat(chars)
    const { bytes } = encodeMessage({ id, from: person, to: person, text, sentAt }, 'mh4k2c9z')
    return Math.max(
      ...bytes
        .toString()
        .split('\n')
        .map((line) => Buffer.byteLength(line)),
    )
  }
  t.ok(lineOf(4_000) <= 24 * 1024, 'as docs/streams.md says of the default')
  t.ok(lineOf(10_800) <= 64 * 1024, 'and of the most that a line of 64 KiB holds')
})

t.test('a direct message is seen by its two people, a broadcast by all', async (t) => {
  const direct = encodeMessage({ id: 1, from: ann, to: bob, text: 'x', sentAt }, 'mh4k2c9z')
  const broadcast = encodeMessage({ id: 2, from: ann, to: null, text: 'x', sentAt }, 'mh4k2c9z')
  t.same(
    [1, 2, 3].map((account) => isVisibleTo(direct, account)),
    [true, true, false],
  )
  t.same(
    [1, 2, 3].map((account) => isVisibleTo(broadcast, account)),
    [true, true, true],
  )
})

t.test('the other events read as the contract has them', async (t) => {
  const at = { head: 9, epoch: 'mh4k2c9z' }
  t.equal(
    readyEvent('ann', at, ['ann'], 1),
    'event: ready\ndata: {"user":"ann","head":9,"online":["ann"],"onlineCount":1}\nid: 9-mh4k2c9z\n\n',
  )
  t.equal(
    readyEvent('ann', at, undefined, 2000),
    'event: ready\ndata: {"user":"ann","head":9,"onlineCount":2000}\nid: 9-mh4k2c9z\n\n',
  )
  t.equal(heartbeatEvent('9-mh4k2c9z'), 'event: heartbeat\ndata: {}\nid: 9-mh4k2c9z\n\n')
  t.equal(heartbeatEvent(undefined), 'event: heartbeat\ndata: {}\n\n')
  t.equal(
    resetEvent({ reason: 'trimmed', from: 4 }, { oldest: 5, ...at }),
    'event: reset\ndata: {"reason":"trimmed","from":4,"oldest":5,"head":9}\nid: 4-mh4k2c9z\n\n',
  )
  t.equal(
    presenceEvent(['a'], ['b'], 3),
    'event: presence\ndata: {"joined":["a"],"left":["b"],"onlineCount":3}\n\n',
  )
  t.equal(
    presenceEvent([], [], 3, true),
    'event: presence\ndata: {"joined":[],"left":[],"onlineCount":3,"resync":true}\n\n',
  )
  t.equal(byeEvent('renew'), 'event: bye\ndata: {"reason":"renew"}\n\n')
  t.equal(
    byeEvent('shutting-down', 1234),
    'retry: 1234\nevent: bye\ndata: {"reason":"shutting-down"}\n\n',
  )
})
