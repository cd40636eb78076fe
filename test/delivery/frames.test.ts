import t from 'tap'
import {
  byeEvent,
  heartbeatEvent,
  keptFrame,
  messageFrame,
  presenceEvent,
  readyEvent,
  resetEvent,
  visible,
} from '../../src/delivery/frames.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const sentAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

t.test('a message carries its id, so that it moves the cursor', async (t) => {
  const frame = messageFrame({ id: 7, from: ann, to: null, text: 'hi', sentAt }, 'mh4k2c9z')
  t.equal(
    frame.bytes.toString(),
    'id: 7-mh4k2c9z\nevent: message\ndata: {"id":7,"kind":"broadcast","from":"ann","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n\n',
  )
})

t.test('a kept message carries none', async (t) => {
  const frame = keptFrame({ id: 7, from: ann, to: bob, text: 'hi', sentAt })
  t.equal(
    frame.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"direct","from":"ann","to":"bob","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n\n',
  )
  t.same([frame.from, frame.to], [1, 2])
})

t.test('no line break of a text breaks the framing', async (t) => {
  const text = 'a\nb\r\nc\rd\n\ndata: x\u2028e'
  for (const frame of [
    messageFrame({ id: 1, from: ann, to: null, text, sentAt }, 'mh4k2c9z'),
    keptFrame({ id: 1, from: ann, to: null, text, sentAt }),
  ]) {
    const lines = frame.bytes.toString().split(/\r\n|\n|\r/)
    const data = lines.filter((line) => line.startsWith('data:'))
    t.equal(data.length, 1)
    t.equal(JSON.parse((data[0] as string).slice(5)).text, text)
  }
})

t.test('a direct message is seen by its two people, a broadcast by all', async (t) => {
  const direct = messageFrame({ id: 1, from: ann, to: bob, text: 'x', sentAt }, 'mh4k2c9z')
  const broadcast = messageFrame({ id: 2, from: ann, to: null, text: 'x', sentAt }, 'mh4k2c9z')
  t.same(
    [1, 2, 3].map((account) => visible(direct, account)),
    [true, true, false],
  )
  t.same(
    [1, 2, 3].map((account) => visible(broadcast, account)),
    [true, true, true],
  )
})

t.test('the other events read as the contract has them', async (t) => {
  const at = { head: 9, epoch: 'mh4k2c9z' }
  t.equal(
    readyEvent('ann', at, ['ann'], 1),
    'id: 9-mh4k2c9z\nevent: ready\ndata: {"user":"ann","head":9,"online":["ann"],"onlineCount":1}\n\n',
  )
  t.equal(
    readyEvent('ann', at, undefined, 2000),
    'id: 9-mh4k2c9z\nevent: ready\ndata: {"user":"ann","head":9,"onlineCount":2000}\n\n',
  )
  t.equal(heartbeatEvent('9-mh4k2c9z'), 'id: 9-mh4k2c9z\nevent: heartbeat\ndata: {}\n\n')
  t.equal(heartbeatEvent(undefined), 'event: heartbeat\ndata: {}\n\n')
  t.equal(
    resetEvent({ reason: 'trimmed', from: 4 }, { oldest: 5, ...at }),
    'id: 4-mh4k2c9z\nevent: reset\ndata: {"reason":"trimmed","from":4,"oldest":5,"head":9}\n\n',
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
