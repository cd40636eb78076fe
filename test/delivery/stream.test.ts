import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { Chunk } from '../../src/delivery/chunk.ts'
import type { StoredBatch } from '../../src/delivery/log-reader.ts'
import { encodeUndelivered } from '../../src/delivery/sse-events.ts'
import { Stream } from '../../src/delivery/stream.ts'
import type { StreamContext } from '../../src/delivery/stream-context.ts'
import type { Session } from '../../src/store/store.ts'

const epoch = 'mh4k2c9z'
const bounds = { epoch, oldest: 1, head: 9 }
const account = { id: 1, username: 'ann', createdAt: 0 }
const session: Session = { id: 11, account, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER }
const event = encodeUndelivered({ id: 6, from: account, to: null, text: 'too late', sentAt: 0 })

/** A stream whose cursor is 5 of 9 and whose next read is answered when the test says so. */
async function replaying() {
  const { promise: batch, resolve: answer } = Promise.withResolvers<StoredBatch>()
  let text = ''
  const nothing = () => {}
  const context = {
    logReader: {
      head: 9,
      epoch,
      resolveCursor: async () => ({ bounds, position: 5, reset: null }),
      readRecent: () => undefined,
      read: () => batch,
    },
    receipts: { settled: async () => {}, record: async () => {} },
    presence: { enter: async () => {} },
    presenceBroadcaster: { remove: nothing },
    retryMs: 1,
    onEnded: nothing,
  } as unknown as StreamContext
  const write = (what: Chunk | string) => {
    text += typeof what === 'string' ? what : what.plain
    return true
  }
  const connection = {
    listen: nothing,
    scheduleHead: nothing,
    buffer: write,
    write,
    rawSocket: undefined,
    onSocketFull: nothing,
    isDrained: true,
    end: write,
    destroy: nothing,
  }
  const stream = new Stream({ session, cursor: null, presence: 'full', connection }, context)
  stream.start({ id: 5, epoch })
  await nextTurn()
  return { stream, answer, text: () => text }
}

t.test('a heartbeat in the midst of a replay tells how far it has come', async (t) => {
  const { stream, text } = await replaying()
  stream.sendHeartbeat(new Chunk(Buffer.from('that of live streams')))
  t.equal(text(), `retry: 3000\nevent: heartbeat\ndata: {}\nid: 5-${epoch}\n\n`)
  stream.sendHeartbeat(new Chunk(Buffer.from('that of live streams')))
  t.match(text(), /\n\nevent: heartbeat[^\n]*\n[^\n]*\n[^\n]*\n\n$/, 'the wait is told once')
})

t.test('one who is being replayed to is told nothing in between', async (t) => {
  const { stream, text } = await replaying()
  t.equal(stream.sendPresence(new Chunk(Buffer.from('of who came and went'))), false)
  t.equal(text(), '')
})

t.test('what was on its way when a stream ended is not written after its bye', async (t) => {
  const { stream, answer, text } = await replaying()
  stream.end('renew')
  answer({ events: [event], scannedTo: 9, bounds })
  await nextTurn()
  t.equal(text(), 'retry: 3000\nevent: bye\ndata: {"reason":"renew"}\n\n')
})

t.test('says bye once', async (t) => {
  const { stream, text } = await replaying()
  stream.end('logged-out')
  stream.end('shutting-down')
  t.equal(text(), 'retry: 3000\nevent: bye\ndata: {"reason":"logged-out"}\n\n')
})

t.test('a bye that is the first event tells one wait: its own, where it has one', async (t) => {
  const { stream, text } = await replaying()
  stream.end('shutting-down', 1234)
  t.equal(text(), 'retry: 1234\nevent: bye\ndata: {"reason":"shutting-down"}\n\n')
})

t.test('a bye that follows others has no wait but its own', async (t) => {
  const { stream, text } = await replaying()
  stream.sendHeartbeat(new Chunk(Buffer.from('that of live streams')))
  stream.end('renew')
  t.match(text(), /\n\nevent: bye\ndata: {"reason":"renew"}\n\n$/)
})
