import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { Frame } from '../../src/delivery/frames.ts'
import { Recent } from '../../src/delivery/recent.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const frame = (id: number, to = 0, size = 10): Frame => ({
  id,
  from: 9,
  to,
  bytes: Buffer.alloc(size),
})
const ids = (portion: { frames: Frame[]; covered: number } | undefined) =>
  portion && { ids: portion.frames.map(({ id }) => id), covered: portion.covered }

t.test(
  'a reader gets what it may see after its cursor, and the cursor covers the rest',
  async (t) => {
    const recent = new Recent()
    recent.push([frame(5), frame(6, 1), frame(7, 2), frame(8, 2)])
    t.same(ids(recent.after(4, 1, 1000)), { ids: [5, 6], covered: 8 })
    t.same(ids(recent.after(6, 3, 1000)), { ids: [], covered: 8 })
    t.same(ids(recent.after(8, 1, 1000)), { ids: [], covered: 8 })
  },
)

t.test('what it has dropped is not held', async (t) => {
  const recent = new Recent({ maxBytes: 100 })
  const dropped = ((old) => {
    recent.push([old])
    return new WeakRef(old)
  })(frame(1, 0, 60))
  recent.push([frame(2, 0, 60)])
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  t.equal(dropped.deref(), undefined)
})

t.test('a portion is bounded in bytes, but holds at least one frame', async (t) => {
  const recent = new Recent()
  recent.push([frame(1, 0, 100), frame(2, 5), frame(3, 0, 100), frame(4, 0, 100)])
  t.same(ids(recent.after(0, 1, 200)), { ids: [1, 3], covered: 3 })
  t.same(ids(recent.after(0, 1, 10)), { ids: [1], covered: 2 })
})

t.test('what is not remembered is said to be so', async (t) => {
  const recent = new Recent()
  t.equal(recent.after(0, 1, 1000), undefined, 'nothing yet')
  recent.push([frame(5)])
  t.equal(recent.after(3, 1, 1000), undefined, 'further back')
})

t.test('memory is bounded by frames and by bytes', async (t) => {
  const byCount = new Recent({ maxFrames: 3 })
  byCount.push([1, 2, 3, 4, 5].map((id) => frame(id)))
  t.equal(byCount.after(1, 1, 1000), undefined)
  t.same(ids(byCount.after(2, 1, 1000)), { ids: [3, 4, 5], covered: 5 })
  const byBytes = new Recent({ maxBytes: 25 })
  byBytes.push([1, 2, 3].map((id) => frame(id)))
  t.equal(byBytes.after(0, 1, 1000), undefined)
  t.same(ids(byBytes.after(1, 1, 1000)), { ids: [2, 3], covered: 3 })
})

t.test('it stays right over thousands of frames', async (t) => {
  const recent = new Recent({ maxFrames: 500 })
  for (let id = 1; id <= 5000; id++) recent.push([frame(id)])
  t.equal(recent.after(4499, 1, 1e6), undefined)
  const portion = ids(recent.after(4500, 1, 1e6))
  t.equal(portion?.ids.length, 500)
  t.equal(portion?.ids[0], 4501)
  t.equal(portion?.covered, 5000)
})

t.test('what the log no longer holds is forgotten', async (t) => {
  const recent = new Recent()
  recent.push([frame(1), frame(2), frame(3)])
  recent.dropBefore(3)
  t.equal(recent.after(1, 1, 1000), undefined)
  t.same(ids(recent.after(2, 1, 1000)), { ids: [3], covered: 3 })
})
