import t from 'tap'
import { type Portion, Tail } from '../../src/delivery/tail.ts'
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

t.test('readers who have missed the same share its bytes, others do not', async (t) => {
  const log = new FakeLog()
  const tail = new Tail(log)
  const entries = [0, 1, 2, 0].map((to, index) => ({
    id: index + 1,
    from: { id: 9, username: 'ann' },
    to: to === 0 ? null : { id: to, username: `p${to}` },
    text: `for ${to}`,
    sentAt: 0,
  }))
  tail.follow({ extent: { epoch: log.epoch, oldest: 1, head: 4 }, entries })
  const missedBy = (account: number, cursor = 0) =>
    tail.packed(tail.remembered(cursor, account) as Portion)
  const [everyones] = missedBy(3)
  t.equal(missedBy(4)[0]?.block, everyones?.block)
  const texts = (account: number) => `${missedBy(account)[0]?.block.plain}`.match(/for \d/g)
  t.same(
    [texts(1), texts(2)],
    [
      ['for 0', 'for 1', 'for 0'],
      ['for 0', 'for 2', 'for 0'],
    ],
  )
  t.same(
    missedBy(3, 1).map(({ lastId }) => lastId),
    [4],
  )
})
