import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { EncodedEvent } from '../../src/delivery/encoded-event.ts'
import { allEvents } from '../../src/delivery/event-names.ts'
import { Chunk } from '../../src/delivery/http-chunk.ts'
import type { StoredBatch } from '../../src/delivery/log-cache.ts'
import { RoomMembers } from '../../src/delivery/room-members.ts'
import { Stream, type StreamContext } from '../../src/delivery/stream.ts'
import type { Session } from '../../src/store/session-store.ts'

const epoch = 'mh4k2c9z'
const bounds = { epoch, oldest: 1, head: 9 }
const account = { id: 1, username: 'ann', createdAt: 0, role: 'member' } as const
const session: Session = {
  id: 11,
  account,
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
  nonce: 'n',
}
const event = new EncodedEvent(6, 'message', [0], 'too late')

/** A stream with cursor 5 of 9, whose next read resolves when the test calls `answer`. */
async function replaying() {
  const { promise: batch, resolve: answer } = Promise.withResolvers<StoredBatch>()
  let text = ''
  const nothing = () => {}
  const context = {
    logCache: {
      head: 9,
      epoch,
      resolveCursor: async () => ({ bounds, position: 5, reset: null }),
      readRecent: () => undefined,
      read: () => batch,
      isOutdated: () => false,
    },
    roomMembers: new RoomMembers(async () => ({ head: 9, rooms: [], lastLeftId: 0 })),
    receipts: { settled: async () => {}, record: async () => {} },
    presence: { enter: async () => {}, leave: nothing },
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
    buffer: write,
    write,
    isDrained: true,
    end: write,
    destroy: nothing,
  }
  const stream = new Stream(
    { session, cursor: { id: 5, epoch }, presence: 'full', events: allEvents, connection },
    context,
  )
  stream.start()
  await nextTurn()
  return { stream, answer, text: () => text }
}

t.test('a heartbeat during a replay carries the cursor reached so far', async (t) => {
  const { stream, text } = await replaying()
  stream.sendHeartbeat(new Chunk(Buffer.from('for live streams')))
  t.equal(text(), `retry: 3000\nevent: heartbeat\ndata: {}\nid: 5-${epoch}\n\n`)
  stream.sendHeartbeat(new Chunk(Buffer.from('for live streams')))
  t.match(
    text(),
    /\n\nevent: heartbeat[^\n]*\n[^\n]*\n[^\n]*\n\n$/,
    'the retry time is written once',
  )
})

t.test('a replaying stream gets no presence events', async (t) => {
  const { stream, text } = await replaying()
  t.equal(stream.sendPresence(new Chunk(Buffer.from('presence'))), false)
  t.equal(text(), '')
})

t.test('a read that resolves after the end is not written after bye', async (t) => {
  const { stream, answer, text } = await replaying()
  stream.end('renew')
  answer({ events: [event], scannedTo: 9, bounds })
  await nextTurn()
  t.equal(text(), 'retry: 3000\nevent: bye\ndata: {"reason":"renew"}\n\n')
})

t.test('bye is written once', async (t) => {
  const { stream, text } = await replaying()
  stream.end('logged-out')
  stream.end('shutting-down')
  t.equal(text(), 'retry: 3000\nevent: bye\ndata: {"reason":"logged-out"}\n\n')
})

t.test('a bye that is the first event has one retry time: its own', async (t) => {
  const { stream, text } = await replaying()
  stream.end('shutting-down', 1234)
  t.equal(text(), 'retry: 1234\nevent: bye\ndata: {"reason":"shutting-down"}\n\n')
})

t.test('a later bye without a retry time of its own has none', async (t) => {
  const { stream, text } = await replaying()
  stream.sendHeartbeat(new Chunk(Buffer.from('for live streams')))
  stream.end('renew')
  t.match(text(), /\n\nevent: bye\ndata: {"reason":"renew"}\n\n$/)
})
