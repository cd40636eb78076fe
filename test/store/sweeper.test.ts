import t from 'tap'
import { Sweeper } from '../../src/store/sweeper.ts'

const extent = { epoch: 'mh4k2c9z', oldest: 1, head: 0 }

/** A store with so much to sweep; `times` is when each step happened, by what it was to drop before. */
class Dusty {
  readonly befores: (number | undefined)[] = []
  work: number
  failures: Error[] = []
  onSwept: () => void = () => {}

  constructor(work: number) {
    this.work = work
  }

  async sweep(before: number | undefined) {
    this.befores.push(before)
    this.onSwept()
    const failure = this.failures.shift()
    if (failure) throw failure
    this.work = Math.max(0, this.work - 1)
    return { more: this.work > 0, extent }
  }

  /** Resolves after so many steps more. */
  swept(steps: number): Promise<void> {
    return new Promise((resolve) => {
      this.onSwept = () => --steps === 0 && resolve()
    })
  }
}

const options = { keepMs: 100, everyMs: 1, now: () => 1000, onError: () => {} }

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
  sweeper.start()
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
