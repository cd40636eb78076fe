import t from 'tap'
import { Block, pack } from '../../src/delivery/block.ts'
import type { Frame } from '../../src/delivery/frames.ts'

const frame = (id: number, bytes: Buffer): Frame => ({ id, from: 1, to: 0, bytes })

t.test('a block is one HTTP chunk, and its bytes alone for HTTP/1.0', async (t) => {
  const block = new Block(Buffer.from('id: 1\n'), Buffer.from('data: {}\n\n'))
  t.equal(block.framed.toString(), '10\r\nid: 1\ndata: {}\n\n\r\n')
  t.equal(block.plain.toString(), 'id: 1\ndata: {}\n\n')
})

t.test(
  'frames share a block up to 64 KiB, and the last reaches as far as was covered',
  async (t) => {
    const big = Buffer.alloc(30_000, 'x')
    const stretches = pack([frame(1, big), frame(4, big), frame(5, big), frame(9, big)], 12)
    t.same(
      stretches.map(({ block, lastId }) => [block.plain.length, lastId]),
      [
        [60_000, 4],
        [60_000, 12],
      ],
    )
  },
)

t.test('a frame larger than a block goes alone', async (t) => {
  const stretches = pack([frame(1, Buffer.alloc(100_000)), frame(2, Buffer.alloc(10))], 2)
  t.same(
    stretches.map(({ lastId }) => lastId),
    [1, 2],
  )
})

t.test('nothing to write is no block', async (t) => {
  t.same(pack([], 7), [])
})
