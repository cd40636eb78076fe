import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import {
  type Networks,
  PasswordQueue,
  type PasswordQueueOptions,
} from '../../src/chat/password-queue.ts'
import { refusalOf } from '../support/refusal.ts'

/** A queue whose tasks run until the test finishes them. */
class ManualQueue {
  /** The names of the tasks that began, in order. */
  readonly begun: string[] = []
  readonly #queue: PasswordQueue
  #finish = () => {}

  constructor(options: Partial<PasswordQueueOptions> = {}) {
    this.#queue = new PasswordQueue({ maxWaitingPerNetwork: 4, maxWaiting: 1024, ...options })
  }

  /** Adds a task; its name is its network by default. */
  add(name: string, from: Networks = [name]): Promise<void> {
    return this.#queue.run(from, async () => {
      this.begun.push(name)
      await new Promise<void>((resolve) => {
        this.#finish = resolve
      })
    })
  }

  /** Adds several tasks. */
  addAll(...names: string[]): Promise<unknown> {
    return Promise.all(names.map((name) => this.add(name)))
  }

  /** Finishes the running task, several times. */
  async finish(times: number): Promise<void> {
    for (let at = 0; at < times; at++) {
      await nextTurn()
      this.#finish()
      await nextTurn()
    }
  }
}

t.test(
  'tasks run one at a time, in turn by network, and every eighth turn goes to the oldest',
  async (t) => {
    const queue = new ManualQueue()
    const all = queue.addAll('a', 'a', 'a', 'a', 'a', 'b', 'c', 'd', 'e', 'f', 'g')
    await queue.finish(11)
    t.same(queue.begun.join(' '), 'a b c d e f g a a a a')
    const more = queue.addAll('x', 'a', 'a', 'y', 'z', 'x', 'y', 'z')
    await queue.finish(8)
    t.same(queue.begun.slice(11).join(' '), 'x y z a a x y z')
    await more
    await all
  },
)

t.test('a new client waits for at most two turns where a hundred others keep asking', async (t) => {
  const queue = new ManualQueue()
  const crowd = Array.from({ length: 100 }, (_, at) => `crowd ${at}`)
  const all = [queue.addAll(...crowd, ...crowd, ...crowd)]
  await queue.finish(100)
  for (let newcomer = 0; newcomer < 10; newcomer++) {
    all.push(queue.add(`${newcomer}`))
    await queue.finish(2)
    t.ok(queue.begun.slice(-2).includes(`${newcomer}`))
  }
  await queue.finish(200)
  await Promise.all(all)
})

t.test('among new networks, the one with the fewest waiting tasks is first', async (t) => {
  const queue = new ManualQueue()
  const all = queue.addAll('x', 'a', 'a', 'b', 'b', 'c')
  await queue.finish(6)
  t.same(queue.begun.join(' '), 'x c a b a b')
  await all
})

t.test('an address with one network takes its turn beside those with several', async (t) => {
  const queue = new ManualQueue()
  const six: Networks = ['site', 'household', 'link']
  const all = [queue.add('x'), queue.add('four'), queue.add('six', six), queue.add('five')]
  await queue.finish(4)
  t.same(queue.begun, ['x', 'four', 'six', 'five'])
  await Promise.all(all)
})

t.test('no number of new networks holds off those that had turns before', async (t) => {
  const queue = new ManualQueue()
  const all = [queue.add('old')]
  await queue.finish(1)
  all.push(queue.add('new'), queue.add('old'))
  for (let at = 0; at < 8; at++) {
    all.push(queue.add(`new ${at}`))
    await queue.finish(1)
  }
  t.equal(queue.begun.filter((name) => name === 'old').length, 2)
  await queue.finish(4)
  await Promise.all(all)
})

t.test('a network whose last turn is forgotten counts as new', async (t) => {
  const queue = new ManualQueue({ rememberedNetworks: 1 })
  const all = [queue.add('a')]
  await queue.finish(1)
  all.push(queue.addAll('b', 'b', 'a').then(() => {}))
  await queue.finish(3)
  t.same(queue.begun, ['a', 'b', 'a', 'b'])
  await Promise.all(all)
})

t.test('many narrow networks within a wide one share its turns', async (t) => {
  const queue = new ManualQueue()
  const narrow = (at: number): Networks => ['site', `household ${at % 2}`, `link ${at}`]
  const all = [0, 1, 2, 3, 4, 5].map((at) => queue.add(`${at}`, narrow(at)))
  all.push(queue.add('elsewhere'))
  await queue.finish(3)
  t.same(queue.begun.slice(0, 3), ['0', 'elsewhere', '1'])
  await queue.finish(4)
  await Promise.all(all)
  t.same(queue.begun.slice(3), ['2', '3', '4', '5'], 'within it in turn')
})

t.test('a few tasks may wait from one network, more are refused', async (t) => {
  const queue = new ManualQueue({ maxWaitingPerNetwork: 2 })
  const all = queue.addAll('a', 'a', 'a')
  t.match(await refusalOf(() => queue.add('a')), {
    code: 'unavailable',
    detail: /from your network/,
    retryAfter: 1,
  })
  const other = queue.add('b')
  await queue.finish(4)
  t.equal(queue.begun.length, 4)
  await Promise.all([all, other])
})

t.test('a full queue refuses the latest task of the network with the most', async (t) => {
  const queue = new ManualQueue({ maxWaiting: 4 })
  const all = [queue.add('running')]
  const a = ['1', '2', '3'].map((name) => queue.add(`a${name}`, ['a', name === '1' ? 'x' : 'y']))
  all.push(queue.add('b'))
  const refused = refusalOf(() => a[2])
  all.push(queue.add('c'), ...a.slice(0, 2))
  t.match(await refused, {
    code: 'unavailable',
    detail: /^Too many people are logging in just now/,
  })
  await queue.finish(5)
  t.same(queue.begun.toSorted(), ['a1', 'a2', 'b', 'c', 'running'])
  await Promise.all(all)
})

t.test(
  'among networks with as many, a full queue refuses from the one that had a turn last',
  async (t) => {
    const queue = new ManualQueue({ maxWaiting: 2 })
    const first = queue.addAll('a', 'b')
    await queue.finish(2)
    await first
    const running = queue.add('running')
    const [a, b] = [queue.add('a'), queue.add('b')]
    const [refused, c] = [refusalOf(() => b), queue.add('c')]
    t.match(await refused, { code: 'unavailable' })
    const [second, d] = [refusalOf(() => a), queue.add('d')]
    t.match(await second, { code: 'unavailable' })
    t.match(await refusalOf(() => queue.add('e')), { code: 'unavailable' })
    await queue.finish(3)
    t.same(queue.begun.slice(2).toSorted(), ['c', 'd', 'running'])
    await Promise.all([running, c, d])
  },
)

t.test('a task that fails gives its turn to the next', async (t) => {
  const queue = new PasswordQueue({ maxWaitingPerNetwork: 1, maxWaiting: 1 })
  const failing = queue.run(['a'], async () => {
    await nextTurn()
    throw new Error('no luck')
  })
  const next = queue.run(['a'], async () => 'next')
  await t.rejects(failing, /no luck/)
  t.equal(await next, 'next')
})
