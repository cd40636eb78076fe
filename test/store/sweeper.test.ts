import t from 'tap'
import { Sweeper } from '../../src/store/sweeper.ts'

const extent = { epoch: 'mh4k2c9z', oldest: 1, head: 0 }

/** A store with so much to sweep; `times` is when each step happened, by what it was to drop before. */
class Dusty {
  readonly befores: (number | undefined)[] = []
  work: number
  oldest = 1
  failures: Error[] = []
  /** Whether a sweep would drop more than a tenth of the log. */
  overTenth = false
  onSwept: () => void = () => {}

  constructor(work: number) {
    this.work = work
  }

  async sweep(before: number | undefined) {
    this.befores.push(before)
    this.onSwept()
    const failure = this.failures.shift()
    if (failure) throw failure
    if (this.work > 0 && before !== undefined) this.oldest++
    this.work = Math.max(0, this.work - 1)
    return { more: this.work > 0, extent: await this.extent() }
  }

  async extent() {
    return { ...extent, oldest: this.oldest }
  }

  async dropsOverTenth() {
    return this.overTenth
  }

  /** Resolves after so many steps more. */
  swept(steps: number): Promise<void> {
    return new Promise((resolve) => {
      this.onSwept = () => --steps === 0 && resolve()
    })
  }
}

const options = {
  keepMs: 100,
  everyMs: 1,
  doubtMs: 0,
  now: () => 1000,
  monotonic: () => 0,
  onError: () => {},
  onDoubt: () => {},
  onDropped: () => {},
}

/** Two clocks and what a sweeper says by them; each `sweep` is one more of its rounds. */
class Clocks {
  wall = 1_000_000_000
  monotonic = 0
  readonly doubts: string[] = []
  #onRound: () => void = () => {}

  readonly options = {
    ...options,
    doubtMs: 3_600_000,
    now: () => {
      this.#onRound()
      return this.wall
    },
    monotonic: () => this.monotonic,
    onDoubt: (doubt: string) => this.doubts.push(doubt),
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

t.test('sweeps at once, step by step until nothing is left, and then again', async (t) => {
  const store = new Dusty(3)
  const sweeper = new Sweeper(store, options)
  const swept = store.swept(5)
  sweeper.start()
  await swept
  await sweeper.close()
  t.same(store.befores.slice(0, 5), [900, 900, 900, 900, 900])
})

t.test('what is kept for ever is not dropped, but keys and sessions are', async (t) => {
  const store = new Dusty(1)
  const sweeper = new Sweeper(store, { ...options, keepMs: undefined, everyMs: 3_600_000 })
  const swept = store.swept(1)
  sweeper.start()
  await swept
  await sweeper.close()
  t.same(store.befores, [undefined])
})

t.test('tells of a failure and tries again when it is time', async (t) => {
  const store = new Dusty(1)
  store.failures = [new Error('disk full')]
  const errors: unknown[] = []
  const sweeper = new Sweeper(store, { ...options, onError: (error) => errors.push(error) })
  const swept = store.swept(2)
  sweeper.start()
  await swept
  await sweeper.close()
  t.match(errors, [{ message: 'disk full' }])
})

t.test('closing waits for the step under way and begins no other', async (t) => {
  const store = new Dusty(1000)
  const sweeper = new Sweeper(store, options)
  const swept = store.swept(2)
  sweeper.start()
  await swept
  await sweeper.close()
  const { length } = store.befores
  t.ok(length < 10)
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.equal(store.befores.length, length)
})

t.test('one that never began can be closed', async () => {
  await new Sweeper(new Dusty(1), options).close()
})

t.test('a sweep of more than a tenth of the log waits for an hour, and says so once', async (t) => {
  const store = new Dusty(5)
  store.overTenth = true
  const clocks = new Clocks()
  const sweeper = new Sweeper(store, clocks.options)
  sweeper.start()
  await clocks.round()
  clocks.pass(3_599_999)
  await clocks.round()
  t.equal(store.work, 5)
  t.same(store.befores, [])
  t.same(clocks.doubts, ['A sweep would drop more than a tenth of the log'])
  clocks.pass(1)
  await clocks.round()
  await sweeper.close()
  t.equal(store.work, 0)
  t.same(clocks.doubts, ['A sweep would drop more than a tenth of the log'])
})

t.test('nothing is dropped in the first hour, whatever is due, and without a word', async (t) => {
  for (const keepMs of [100, undefined]) {
    const store = new Dusty(5)
    const clocks = new Clocks()
    const sweeper = new Sweeper(store, { ...clocks.options, keepMs })
    sweeper.start()
    await clocks.round()
    clocks.pass(3_599_999)
    await clocks.round()
    t.equal(store.work, 5)
    clocks.pass(1)
    await clocks.round()
    await sweeper.close()
    t.equal(store.work, 0)
    t.same(clocks.doubts, [])
  }
})

t.test(
  'nothing is dropped for an hour after the clock was set, not keys or sessions',
  async (t) => {
    const store = new Dusty(0)
    const clocks = new Clocks()
    const sweeper = new Sweeper(store, { ...clocks.options, keepMs: undefined })
    sweeper.start()
    await clocks.round()
    clocks.pass(2 * 3_600_000)
    await clocks.round()
    t.not(store.befores.length, 0, 'it sweeps while the clock runs')
    for (const days of [10, -10]) {
      clocks.wall += days * 86_400_000
      await clocks.round()
      const { length } = store.befores
      clocks.pass(3_599_000)
      await clocks.round()
      t.equal(store.befores.length, length)
    }
    t.same(clocks.doubts, [
      'The clock was set by more than 10 minutes',
      'The clock was set by more than 10 minutes',
    ])
    const { length } = store.befores
    clocks.pass(1_000)
    await clocks.round()
    await sweeper.close()
    t.ok(store.befores.length > length)
  },
)

t.test('tells when history was dropped, and not when there was none', async (t) => {
  const store = new Dusty(3)
  const dropped: number[] = []
  const onDropped = (oldest: number) => void dropped.push(oldest)
  const sweeper = new Sweeper(store, { ...options, onDropped })
  const swept = store.swept(6)
  sweeper.start()
  await swept
  await sweeper.close()
  t.same(dropped, [4])
})
