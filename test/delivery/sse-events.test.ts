import t from 'tap'
import {
  byeEvent,
  heartbeatEvent,
  initialOnlineNames,
  presenceEvent,
  readyEvent,
  resetEvent,
} from '../../src/delivery/sse-events.ts'

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
