import t from 'tap'
import { Tail } from '../../src/delivery/tail.ts'
import { FakeLog } from './support/house.ts'

t.test('begins with the log as it stands', async (t) => {
  const log = new FakeLog()
  log.oldest = 3
  const tail = new Tail(log)
  await tail.start()
  t.match([tail.epoch, tail.head], [log.epoch, 0])
})

t.test('what was told before the store answered is not taken back', async (t) => {
  const log = new FakeLog()
  const tail = new Tail(log)
  const started = tail.start()
  tail.follow({ extent: { epoch: log.epoch, oldest: 1, head: 2 }, entries: [] })
  await started
  t.equal(tail.head, 2)
})
