import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { allEvents } from '../../src/delivery/event-names.ts'
import { LogCache } from '../../src/delivery/log-cache.ts'
import type { Batch } from '../../src/delivery/recent-events.ts'
import { AccountRooms } from '../../src/delivery/room-members.ts'
import type { Entry } from '../../src/store/message-log.ts'
import { FakeLog } from './support/fixture.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

t.test('starts with the bounds of the store', async (t) => {
  const log = new FakeLog()
  log.oldest = 3
  const logCache = new LogCache({ log, rooms: log, receipts: log }, () => {})
  await logCache.start()
  t.match([logCache.epoch, logCache.head], [log.epoch, 0])
})

t.test('an update that arrives before the bounds is kept', async (t) => {
  const log = new FakeLog()
  const logCache = new LogCache({ log, rooms: log, receipts: log }, () => {})
  const started = logCache.start()
  logCache.applyUpdate({ bounds: { epoch: log.epoch, oldest: 1, head: 2 }, entries: [] })
  await started
  t.equal(logCache.head, 2)
})

t.test('readers who missed the same events share the packed bytes, others do not', async (t) => {
  const log = new FakeLog()
  const logCache = new LogCache({ log, rooms: log, receipts: log }, () => {})
  const entries = [0, 1, 2, 0].map((to) => log.say({ to }))
  for (const entry of entries) entry.text = `for ${entry.to?.id ?? 0}`
  logCache.applyUpdate({ bounds: log.bounds_, entries })
  const missedBy = (account: number, cursor = 0) => {
    const rooms = Object.assign(new AccountRooms(account), { isLoaded: true })
    return logCache.packBatch(logCache.readRecent(cursor, rooms) as Batch, allEvents)
  }
  const [shared] = missedBy(3)
  t.equal(missedBy(4)[0]?.chunk, shared?.chunk)
  const texts = (account: number) => `${missedBy(account)[0]?.chunk.plain}`.match(/for \d/g)
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

t.test('what was packed is forgotten once one of its messages is deleted', async (t) => {
  const log = new FakeLog()
  const logCache = new LogCache({ log, rooms: log, receipts: log }, () => {})
  const update = (entries: Entry[]) => logCache.applyUpdate({ bounds: log.bounds_, entries })
  const packed = (() => {
    update([log.say({ text: 'secret' })])
    const rooms = Object.assign(new AccountRooms(1), { isLoaded: true })
    const [range] = logCache.packBatch(logCache.readRecent(0, rooms) as Batch, allEvents)
    return new WeakRef(range?.chunk as object)
  })()
  const [, deletion] = update([log.say({}), log.deleteMessage(1)])
  t.match(`${deletion?.events[0]?.bytes}`, /"text":""/)
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  t.equal(packed.deref(), undefined)
})

t.test('a read tells nothing of an entry that is passed over', async (t) => {
  const log = new FakeLog()
  const logCache = new LogCache({ log, rooms: log, receipts: log }, () => {})
  const entries = [log.say({}), log.say({})]
  log.deleteMessage(1)
  log.read = async () => ({
    bounds: log.bounds_,
    entries: entries.map((entry) => log.asNow(entry)),
    scannedTo: 2,
  })
  const { events, scannedTo } = await logCache.read(0, 1)
  t.same([events.map(({ id }) => id), scannedTo], [[2], 2])
})
