import path from 'node:path'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { updateListener } from '../../support/update-listener.ts'
import { Clock } from '../contract/fixture.ts'
import { draft, idsOf, newBatchId, registerUser } from '../fixtures.ts'

t.test(
  'rejects with Unavailable while the disk is full, and goes on when there is room',
  async (t) => {
    const clock = new Clock()
    const onFatal = (error: Error) => void t.fail(error.message)
    const store = await openSqliteStore({
      folder: privateFolder(t),
      now: clock.now,
      maxPages: 80,
      onFatal,
    })
    t.teardown(() => store.close())
    const ann = await registerUser(store, 'ann')
    const ids: number[] = []
    store.subscribe(updateListener(({ entries }) => ids.push(...idsOf(entries))))
    const batch = Array.from({ length: 10 }, () => draft(ann, 'x'.repeat(500)))
    const fill = async () => {
      for (;;) await store.log.append(batch, newBatchId())
    }
    await t.rejects(fill(), { name: 'Unavailable', message: /SQLITE_FULL/ })
    const { head } = await store.log.bounds()
    t.ok(head > 0)
    t.equal(ids.length, head, 'updates have only what was stored')
    await t.rejects(store.ping(), { name: 'Unavailable' })
    t.ok((await store.log.read(head - 5, ann.account.id)).entries.length > 0, 'reading goes on')

    clock.advance(1)
    await store.retention.deleteExpired(clock.now())
    await t.resolves(store.ping())
    const outcomes = await store.log.append(batch, newBatchId())
    t.match(outcomes[0], { kind: 'appended', entry: { id: head + 1 } })
    t.equal(ids.length, head + 10)
  },
)

t.test('calls onFatal once when a thread dies', async (t) => {
  const folder = privateFolder(t)
  const workers: Worker[] = []
  const gather = (worker: Worker) => void workers.push(worker)
  process.on('worker', gather)
  t.teardown(() => process.off('worker', gather))
  for (const role of ['obrol-writer', 'obrol-reader']) {
    const fatal: Error[] = []
    const store = await openSqliteStore({
      folder: path.join(folder, role),
      onFatal: (error) => fatal.push(error),
    })
    const ann = await registerUser(store, 'ann')
    const batch = Array.from({ length: 1_000 }, () => draft(ann, 'x'.repeat(100)))
    const appends = Array.from({ length: 30 }, () => store.log.append(batch, newBatchId()))
    const reads = Array.from({ length: 300 }, () => store.log.read(0, ann.account.id))
    const ping = store.ping()
    const worker = workers.findLast(({ threadName }) => threadName === role) as Worker
    await worker.terminate()
    const answers = await Promise.allSettled([...appends, ...reads, ping])
    const reasons = new Set(
      answers.flatMap((answer, at) =>
        answer.status === 'rejected'
          ? [`${at < 30 ? 'write' : 'read'}: ${answer.reason.name}`]
          : [],
      ),
    )
    t.same([...reasons].sort(), ['read: Unavailable', 'write: OutcomeUnknown'])
    t.equal(answers[29]?.status, 'rejected')
    t.match(answers[29], { reason: { final: true } })
    t.equal(fatal.length, 1)
    t.match(fatal[0]?.message, `The store's ${role.slice(6)} failed`)
    await t.rejects(store.log.append(batch, newBatchId()), { name: 'Unavailable' })
    await t.rejects(store.log.read(0, 1), { name: 'Unavailable' })
    await t.rejects(store.sessions.find(ann.id), { name: 'Unavailable' })
    await store.close()
    t.equal(fatal.length, 1)
  }
})

t.test('fails for good when a commit failed', async (t) => {
  const fatal: Error[] = []
  const onFatal = (error: Error) => void fatal.push(error)
  const folder = privateFolder(t)
  const before = await openSqliteStore({ folder, onFatal })
  await before.close()
  let released = 0
  const store = new SqliteStore({
    module: new URL('./failing-worker.ts', import.meta.url),
    database: dataFiles(folder).database,
    now: undefined,
    maxPages: undefined,
    onFatal,
    signingKey: () => new Uint8Array(32),
    deleteUpgradeCopies: async () => {},
    releaseLock: () => {
      released += 1
    },
  })
  const [failed, waiting, read] = await Promise.allSettled([
    store.log.append([], newBatchId()),
    store.sessions.end(1),
    store.ping(),
  ])
  t.match(failed, { reason: { name: 'OutcomeUnknown', final: true, message: 'the disk is gone' } })
  t.match(waiting, { reason: { name: 'OutcomeUnknown', final: true } })
  t.match(read, { reason: { name: 'Unavailable' } })
  t.equal(fatal.length, 1)
  await t.rejects(store.receipts.undelivered(1), { name: 'Unavailable' })
  await store.close()
  t.equal(released, 1)
})
