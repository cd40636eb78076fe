import t from 'tap'
import {
  byeEvent,
  encodeMessage,
  heartbeatEvent,
  initialOnlineNames,
  isVisibleTo,
  presenceEvent,
  readyEvent,
  resetEvent,
} from '../../src/delivery/sse-events.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const sentAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

t.test('a message carries the cursor', async (t) => {
  const event = encodeMessage({ id: 7, from: ann, to: null, text: 'hi', sentAt }, 'mh4k2c9z')
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"broadcast","from":"ann","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\nid: 7-mh4k2c9z\n\n',
  )
})

t.test('a message without an epoch carries no cursor', async (t) => {
  const event = encodeMessage({ id: 7, from: ann, to: bob, text: 'hi', sentAt })
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"direct","from":"ann","to":"bob","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n\n',
  )
  t.same([event.from, event.to], [1, 2])
})

/** The line ends of Python's str.splitlines, Java's \\R and Unicode's UAX #14. */
const lineEnds = /\r\n|[\n\v\f\r\x1c\x1d\x1e\u0085\u2028\u2029]/

t.test('no line separator in a text breaks the framing', async (t) => {
  const text =
    'a\nb\r\nc\rd\n\ndata: x\u2028event: bye\u2029id: 9\u0085data: {}\ve\fdata: \x1cid: 8\x1d\x1e'
  for (const event of [
    encodeMessage({ id: 1, from: ann, to: null, text, sentAt }, 'mh4k2c9z'),
    encodeMessage({ id: 1, from: ann, to: null, text, sentAt }),
  ]) {
    const lines = event.bytes.toString().split(lineEnds)
    t.ok(lines.length <= 5, 'at most: event, data, id, and the empty line')
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
  t.ok(lineOf(4_000) <= 24 * 1024, 'the bound of docs/streams.md for the default length')
  t.ok(lineOf(10_800) <= 64 * 1024, 'the bound of docs/streams.md for lines of 64 KiB')
})

t.test('a direct message is visible to its two people, a broadcast to all', async (t) => {
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

t.test('the other events have the documented form', async (t) => {
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

/** As many people, each with a name of the letters and four digits. */
function present(people: number, letters: string) {
  const names = Array.from({ length: people }, (_, index) => `${letters}${1000 + index}`)
  return { count: people, names: () => names }
}

t.test('ready names up to a thousand people', async (t) => {
  t.equal(initialOnlineNames(present(1_000, 'guest'))?.length, 1_000)
  t.equal(initialOnlineNames(present(1_001, 'guest')), undefined)
  t.same(initialOnlineNames(present(0, '')), [])
})

t.test('ready names people up to 16 KiB of JSON, whatever their letters', async (t) => {
  for (const letters of ['a'.repeat(28), '漢'.repeat(28), '𝒜'.repeat(28)]) {
    const each = Buffer.byteLength(JSON.stringify(`${letters}1000`)) + 1
    const most = Math.floor((16_384 - 1) / each)
    t.equal(initialOnlineNames(present(most, letters))?.length, most, letters)
    t.equal(initialOnlineNames(present(most + 1, letters)), undefined, letters)
  }
})
