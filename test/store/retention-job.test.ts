import t from 'tap'
import { RetentionJob } from '../../src/store/retention-job.ts'

const bounds = { epoch: 'mh4k2c9z', oldest: 1, head: 0 }

/** A store with so much to delete; `times` is when each step happened, by what it was to drop before. */
class FakeStore {
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

  async bounds() {
    return { ...bounds, oldest: this.oldest }
  }

  async wouldDeleteOverTenth() {
    return this.overTenth
  }

  /** Resolves after so many steps more. */
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

/** Two clocks and what a job says by them; each `run` is one more of its rounds. */
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

  /** Resolves when the rounds that have begun are over, and one that began after this call. */
  async round(): Promise<void> {
    for (let rounds = 0; rounds < 2; rounds++)
      await new Promise<void>((resolve) => {
        this.#onRound = resolve
      })
  }
}

t.test('deletes at once, step by step until nothing is left, and then again', async (t) => {
  const store = new FakeStore(3)
  const job = new RetentionJob(store, options)
  const done = store.steps(5)
  job.start()
  await done
  await job.close()
  t.same(store.befores.slice(0, 5), [900, 900, 900, 900, 900])
})

t.test('what is kept for ever is not dropped, but keys and sessions are', async (t) => {
  const store = new FakeStore(1)
  const job = new RetentionJob(store, { ...options, retentionMs: undefined, intervalMs: 3_600_000 })
  const done = store.steps(1)
  job.start()
  await done
  await job.close()
  t.same(store.befores, [undefined])
})

t.test('tells of a failure and tries again when it is time', async (t) => {
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

t.test('closing waits for the step under way and begins no other', async (t) => {
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

t.test('one that never began can be closed', async () => {
  await new RetentionJob(new FakeStore(1), options).close()
})

t.test('a run of more than a tenth of the log waits for an hour, and says so once', async (t) => {
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
})

t.test('nothing is dropped in the first hour, whatever is due, and without a word', async (t) => {
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

t.test(
  'nothing is dropped for an hour after the clock was set, not keys or sessions',
  async (t) => {
    const store = new FakeStore(0)
    const clocks = new Clocks()
    const job = new RetentionJob(store, { ...clocks.options, retentionMs: undefined })
    job.start()
    await clocks.round()
    clocks.pass(2 * 3_600_000)
    await clocks.round()
    t.not(store.befores.length, 0, 'it deletes while the clock runs')
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
  },
)

t.test('tells when history was dropped, and not when there was none', async (t) => {
  const store = new FakeStore(3)
  const dropped: number[] = []
  const onDeleted = (oldest: number) => void dropped.push(oldest)
  const job = new RetentionJob(store, { ...options, onDeleted })
  const done = store.steps(6)
  job.start()
  await done
  await job.close()
  t.same(dropped, [4])
})
