import t from 'tap'
import { EncodedEvent } from '../../src/delivery/encoded-event.ts'
import { Chunk, packChunks } from '../../src/delivery/http-chunk.ts'

const event = (id: number, bytes: Buffer) => new EncodedEvent(id, 'message', [0], `${bytes}`)

t.test('a chunk is one HTTP chunk, or its bytes alone for HTTP/1.0', async (t) => {
  const chunk = new Chunk(Buffer.from('id: 1\n'), Buffer.from('data: {}\n\n'))
  t.equal(chunk.framed.toString(), '10\r\nid: 1\ndata: {}\n\n\r\n')
  t.equal(chunk.plain.toString(), 'id: 1\ndata: {}\n\n')
})

t.test(
  'events share chunks of up to 64 KiB, and the last covers all that was scanned',
  async (t) => {
    const big = Buffer.alloc(30_000, 'x')
    const ranges = packChunks([event(1, big), event(4, big), event(5, big), event(9, big)], 12)
    t.same(
      ranges.map(({ chunk, lastId }) => [chunk.plain.length, lastId]),
      [
        [60_000, 4],
        [60_000, 12],
      ],
    )
  },
)

t.test('an event larger than a chunk is a chunk of its own', async (t) => {
  const ranges = packChunks([event(1, Buffer.alloc(100_000)), event(2, Buffer.alloc(10))], 2)
  t.same(
    ranges.map(({ lastId }) => lastId),
    [1, 2],
  )
})

t.test('no events make no chunk', async (t) => {
  t.same(packChunks([], 7), [])
})
