import t from 'tap'
import { RetentionJob } from '../../src/store/retention-job.ts'

const bounds = { epoch: 'mh4k2c9z', oldest: 1, head: 0 }

/** A store that has work for some steps; `befores` are the arguments of the steps. */
class FakeStore {
  readonly log = this
  readonly retention = this
  readonly befores: (number | undefined)[] = []
  work: number
  oldest = 1
  failures: Error[] = []
  /** Whether a run would delete more than a tenth of the log. */
  overTenth = false
  onDeleteExpired: () => void = () => {}

  constructor(work: number) {
    this.work = work
  }

  async deleteExpired(before: number | undefined) {
    this.befores.push(before)
    this.onDeleteExpired()
    const failure = this.failures.shift()
    if (failure) throw failure
    if (this.work > 0 && before !== undefined) this.oldest++
    this.work = Math.max(0, this.work - 1)
    return { more: this.work > 0, bounds: await this.bounds() }
  }

  /** What `deleteRecords` was asked so far, and how many steps it has left. */
  readonly recordsBefore: (number | undefined)[] = []
  records = 2
  onRecordsDeleted: () => void = () => {}

  async deleteRecords(before: number | undefined) {
    this.recordsBefore.push(before)
    this.records--
    if (this.records === 0) this.onRecordsDeleted()
    return { more: this.records > 0 }
  }

  /** What `eraseDeleted` answers: a number of steps of which each but the last has more after it. */
  toErase = 0
  erasures = 0
  onErase: () => void = () => {}

  async eraseDeleted() {
    this.erasures += 1
    this.onErase()
    this.toErase = Math.max(0, this.toErase - 1)
    return { more: this.toErase > 0 }
  }

  async bounds() {
    return { ...bounds, oldest: this.oldest }
  }

  async wouldDeleteOverTenth() {
    return this.overTenth
  }

  /** Resolves after that many more steps. */
  steps(steps: number): Promise<void> {
    return new Promise((resolve) => {
      this.onDeleteExpired = () => --steps === 0 && resolve()
    })
  }
}

const options = {
  retentionMs: 100,
  intervalMs: 1,
  clockGraceMs: 0,
  now: () => 1000,
  monotonic: () => 0,
  onError: () => {},
  onPostponed: () => {},
  onDeleted: () => {},
}

/** Two clocks, and a job's options that use them. */
class Clocks {
  wall = 1_000_000_000
  monotonic = 0
  readonly postponements: string[] = []
  #onRound: () => void = () => {}

  readonly options = {
    ...options,
    clockGraceMs: 3_600_000,
    now: () => {
      this.#onRound()
      return this.wall
    },
    monotonic: () => this.monotonic,
    onPostponed: (reason: string) => this.postponements.push(reason),
  }

  pass(ms: number): void {
    this.wall += ms
    this.monotonic += ms
  }

  /** Resolves when a run that began after this call is over. */
  async round(): Promise<void> {
    for (let rounds = 0; rounds < 2; rounds++)
      await new Promise<void>((resolve) => {
        this.#onRound = resolve
      })
  }
}

t.test('deletes at once, in steps until nothing is left, and again after the pause', async (t) => {
  const store = new FakeStore(3)
  const job = new RetentionJob(store, options)
  const done = store.steps(5)
  job.start()
  await done
  await job.close()
  t.same(store.befores.slice(0, 5), [900, 900, 900, 900, 900])
})

t.test('deletes records of the staff by their own age, in steps', async (t) => {
  const store = new FakeStore(1)
  const job = new RetentionJob(store, { ...options, auditMs: 300, intervalMs: 3_600_000 })
  const done = new Promise<void>((resolve) => {
    store.onRecordsDeleted = resolve
  })
  job.start()
  await done
  await job.close()
  t.same(store.recordsBefore, [700, 700])
})

t.test('without retention, deletes no entries, but keys and sessions', async (t) => {
  const store = new FakeStore(1)
  const job = new RetentionJob(store, { ...options, retentionMs: undefined, intervalMs: 3_600_000 })
  const done = store.steps(1)
  job.start()
  await done
  await job.close()
  t.same(store.befores, [undefined])
})

t.test('reports a failure and runs again after the pause', async (t) => {
  const store = new FakeStore(1)
  store.failures = [new Error('disk full')]
  const errors: unknown[] = []
  const job = new RetentionJob(store, { ...options, onError: (error) => errors.push(error) })
  const done = store.steps(2)
  job.start()
  await done
  await job.close()
  t.match(errors, [{ message: 'disk full' }])
})

t.test('closing waits for the step under way and prevents others', async (t) => {
  const store = new FakeStore(1000)
  const job = new RetentionJob(store, options)
  const done = store.steps(2)
  job.start()
  await done
  await job.close()
  const { length } = store.befores
  t.ok(length < 10)
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.equal(store.befores.length, length)
})

t.test('a job that never started can be closed', async () => {
  await new RetentionJob(new FakeStore(1), options).close()
})

t.test(
  'postpones a run of more than a tenth of the log for an hour, and reports it once',
  async (t) => {
    const store = new FakeStore(5)
    store.overTenth = true
    const clocks = new Clocks()
    const job = new RetentionJob(store, clocks.options)
    job.start()
    await clocks.round()
    clocks.pass(3_599_999)
    await clocks.round()
    t.equal(store.work, 5)
    t.same(store.befores, [])
    t.same(clocks.postponements, ['Retention would delete more than a tenth of the log'])
    clocks.pass(1)
    await clocks.round()
    await job.close()
    t.equal(store.work, 0)
    t.same(clocks.postponements, ['Retention would delete more than a tenth of the log'])
  },
)

t.test('deletes nothing in the first hour, and reports nothing', async (t) => {
  for (const retentionMs of [100, undefined]) {
    const store = new FakeStore(5)
    const clocks = new Clocks()
    const job = new RetentionJob(store, { ...clocks.options, retentionMs })
    job.start()
    await clocks.round()
    clocks.pass(3_599_999)
    await clocks.round()
    t.equal(store.work, 5)
    clocks.pass(1)
    await clocks.round()
    await job.close()
    t.equal(store.work, 0)
    t.same(clocks.postponements, [])
  }
})

t.test('deletes nothing for an hour after the clock was set', async (t) => {
  const store = new FakeStore(0)
  const clocks = new Clocks()
  const job = new RetentionJob(store, { ...clocks.options, retentionMs: undefined })
  job.start()
  await clocks.round()
  clocks.pass(2 * 3_600_000)
  await clocks.round()
  t.not(store.befores.length, 0, 'it deletes while nobody sets the clock')
  for (const days of [10, -10]) {
    clocks.wall += days * 86_400_000
    await clocks.round()
    const { length } = store.befores
    clocks.pass(3_599_000)
    await clocks.round()
    t.equal(store.befores.length, length)
  }
  t.same(clocks.postponements, [
    'The clock was set by more than 10 minutes',
    'The clock was set by more than 10 minutes',
  ])
  const { length } = store.befores
  clocks.pass(1_000)
  await clocks.round()
  await job.close()
  t.ok(store.befores.length > length)
})

t.test('reports deleted entries once, and not when there were none', async (t) => {
  const store = new FakeStore(3)
  const reported: number[] = []
  const onDeleted = (oldest: number) => void reported.push(oldest)
  const job = new RetentionJob(store, { ...options, onDeleted })
  const done = store.steps(6)
  job.start()
  await done
  await job.close()
  t.same(reported, [4])
})

t.test('erases what was deleted at once and soon again, whatever the clock', async (t) => {
  const clocks = new Clocks()
  const store = new FakeStore(1)
  store.toErase = 3
  const again = new Promise<void>((resolve) => {
    store.onErase = () => {
      if (store.erasures === 2) clocks.wall += 86_400_000
      if (store.erasures === 5) resolve()
    }
  })
  const job = new RetentionJob(store, { ...clocks.options, eraseIntervalMs: 1 })
  job.start()
  await again
  await job.close()
  t.same(store.befores, [], 'while deleting what has expired is postponed')
  t.equal(store.erasures, 5)
})

t.test('goes on erasing after a failure, and ends between two steps', async (t) => {
  const store = new FakeStore(0)
  store.toErase = 1_000
  const errors: unknown[] = []
  const failure = new Error('the disk is full')
  const job = new RetentionJob(store, {
    ...options,
    eraseIntervalMs: 1,
    onError: (error) => errors.push(error),
  })
  let closed: Promise<void> | undefined
  const ended = new Promise<void>((resolve) => {
    store.onErase = () => {
      if (store.erasures === 1) throw failure
      if (store.erasures === 4) resolve()
      if (store.erasures === 4) closed = job.close()
    }
  })
  job.start()
  await ended
  await closed
  t.same(errors, [failure])
  t.equal(store.erasures, 4)
})
