import path from 'node:path'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { filesOf } from '../../../src/store/sqlite/folder.ts'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import { ThreadedStore } from '../../../src/store/sqlite/threaded-store.ts'
import { hears } from '../../support/hears.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { Clock } from '../contract.ts'
import { draft, idsOf, join, ticket } from '../people.ts'

t.test('answers Unavailable while the disk is full, and goes on when there is room', async (t) => {
  const clock = new Clock()
  const onFatal = (error: Error) => void t.fail(error.message)
  const store = await openSqliteStore({
    folder: privateFolder(t),
    now: clock.now,
    maxPages: 80,
    onFatal,
  })
  t.teardown(() => store.close())
  const ann = await join(store, 'ann')
  const told: number[] = []
  store.follow(hears(({ entries }) => told.push(...idsOf(entries))))
  const batch = Array.from({ length: 10 }, () => draft(ann, 'x'.repeat(500)))
  const fill = async () => {
    for (;;) await store.append(batch, ticket())
  }
  await t.rejects(fill(), { name: 'Unavailable', message: /SQLITE_FULL/ })
  const { head } = await store.extent()
  t.ok(head > 0)
  t.equal(told.length, head, 'nothing was told that was not stored')
  await t.rejects(store.ping(), { name: 'Unavailable' })
  t.ok((await store.read(head - 5, ann.account.id)).entries.length > 0, 'reading goes on')

  clock.pass(1)
  await store.sweep(clock.now())
  await t.resolves(store.ping())
  const outcomes = await store.append(batch, ticket())
  t.match(outcomes[0], { kind: 'appended', entry: { id: head + 1 } })
  t.equal(told.length, head + 10)
})

t.test('tells once that it is gone when a thread dies', async (t) => {
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
    const ann = await join(store, 'ann')
    const batch = Array.from({ length: 1_000 }, () => draft(ann, 'x'.repeat(100)))
    const appends = Array.from({ length: 30 }, () => store.append(batch, ticket()))
    const reads = Array.from({ length: 300 }, () => store.read(0, ann.account.id))
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
    await t.rejects(store.append(batch, ticket()), { name: 'Unavailable' })
    await t.rejects(store.read(0, 1), { name: 'Unavailable' })
    await t.rejects(store.session(ann.id), { name: 'Unavailable' })
    await store.close()
    t.equal(fatal.length, 1)
  }
})

t.test('is gone when a commit failed', async (t) => {
  const fatal: Error[] = []
  const onFatal = (error: Error) => void fatal.push(error)
  const folder = privateFolder(t)
  const before = await openSqliteStore({ folder, onFatal })
  await before.close()
  let released = 0
  const store = new ThreadedStore({
    module: new URL('./doubtful-thread.ts', import.meta.url),
    database: filesOf(folder).database,
    now: undefined,
    maxPages: undefined,
    onFatal,
    signingKey: () => new Uint8Array(32),
    release: () => {
      released += 1
    },
  })
  const [failed, waiting, read] = await Promise.allSettled([
    store.append([], ticket()),
    store.endSession(1),
    store.ping(),
  ])
  t.match(failed, { reason: { name: 'OutcomeUnknown', final: true, message: 'the disk is gone' } })
  t.match(waiting, { reason: { name: 'OutcomeUnknown', final: true } })
  t.match(read, { reason: { name: 'Unavailable' } })
  t.equal(fatal.length, 1)
  await t.rejects(store.unreached(1), { name: 'Unavailable' })
  await store.close()
  t.equal(released, 1)
})
