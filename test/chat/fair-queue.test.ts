import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { FairQueue, type FairQueueOptions, type Networks } from '../../src/chat/fair-queue.ts'
import { refusalOf } from '../support/refusal.ts'

/** A queue whose tasks run until the test finishes them. */
class Works {
  /** The names of the tasks that began, in order. */
  readonly begun: string[] = []
  readonly #queue: FairQueue
  #finish = () => {}

  constructor(options: Partial<FairQueueOptions> = {}) {
    this.#queue = new FairQueue({ maxWaitingPerNetwork: 4, maxWaiting: 1024, ...options })
  }

  /** Adds a task; its name is its network by default. */
  come(name: string, from: Networks = [name]): Promise<void> {
    return this.#queue.run(from, async () => {
      this.begun.push(name)
      await new Promise<void>((resolve) => {
        this.#finish = resolve
      })
    })
  }

  /** Adds several tasks. */
  comeAll(...names: string[]): Promise<unknown> {
    return Promise.all(names.map((name) => this.come(name)))
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
    const works = new Works()
    const all = works.comeAll('a', 'a', 'a', 'a', 'a', 'b', 'c', 'd', 'e', 'f', 'g')
    await works.finish(11)
    t.same(works.begun.join(' '), 'a b c d e f g a a a a')
    const more = works.comeAll('x', 'a', 'a', 'y', 'z', 'x', 'y', 'z')
    await works.finish(8)
    t.same(works.begun.slice(11).join(' '), 'x y z a a x y z')
    await more
    await all
  },
)

t.test('a new client waits for at most two turns where a hundred others keep asking', async (t) => {
  const works = new Works()
  const crowd = Array.from({ length: 100 }, (_, at) => `crowd ${at}`)
  const all = [works.comeAll(...crowd, ...crowd, ...crowd)]
  await works.finish(100)
  for (let newcomer = 0; newcomer < 10; newcomer++) {
    all.push(works.come(`${newcomer}`))
    await works.finish(2)
    t.ok(works.begun.slice(-2).includes(`${newcomer}`))
  }
  await works.finish(200)
  await Promise.all(all)
})

t.test('among new networks, the one with the fewest waiting tasks is first', async (t) => {
  const works = new Works()
  const all = works.comeAll('x', 'a', 'a', 'b', 'b', 'c')
  await works.finish(6)
  t.same(works.begun.join(' '), 'x c a b a b')
  await all
})

t.test('an address with one network takes its turn beside those with several', async (t) => {
  const works = new Works()
  const six: Networks = ['site', 'household', 'link']
  const all = [works.come('x'), works.come('four'), works.come('six', six), works.come('five')]
  await works.finish(4)
  t.same(works.begun, ['x', 'four', 'six', 'five'])
  await Promise.all(all)
})

t.test('no number of new networks holds off those that had turns before', async (t) => {
  const works = new Works()
  const all = [works.come('old')]
  await works.finish(1)
  all.push(works.come('new'), works.come('old'))
  for (let at = 0; at < 8; at++) {
    all.push(works.come(`new ${at}`))
    await works.finish(1)
  }
  t.equal(works.begun.filter((name) => name === 'old').length, 2)
  await works.finish(4)
  await Promise.all(all)
})

t.test('a network whose last turn is forgotten counts as new', async (t) => {
  const works = new Works({ rememberedNetworks: 1 })
  const all = [works.come('a')]
  await works.finish(1)
  all.push(works.comeAll('b', 'b', 'a').then(() => {}))
  await works.finish(3)
  t.same(works.begun, ['a', 'b', 'a', 'b'])
  await Promise.all(all)
})

t.test('many narrow networks within a wide one share its turns', async (t) => {
  const works = new Works()
  const narrow = (at: number): Networks => ['site', `household ${at % 2}`, `link ${at}`]
  const all = [0, 1, 2, 3, 4, 5].map((at) => works.come(`${at}`, narrow(at)))
  all.push(works.come('elsewhere'))
  await works.finish(3)
  t.same(works.begun.slice(0, 3), ['0', 'elsewhere', '1'])
  await works.finish(4)
  await Promise.all(all)
  t.same(works.begun.slice(3), ['2', '3', '4', '5'], 'within it in turn')
})

t.test('a few tasks may wait from one network, more are refused', async (t) => {
  const works = new Works({ maxWaitingPerNetwork: 2 })
  const all = works.comeAll('a', 'a', 'a')
  t.match(await refusalOf(() => works.come('a')), {
    code: 'unavailable',
    detail: /from your network/,
    retryAfter: 1,
  })
  const other = works.come('b')
  await works.finish(4)
  t.equal(works.begun.length, 4)
  await Promise.all([all, other])
})

t.test('a full queue refuses the latest task of the network with the most', async (t) => {
  const works = new Works({ maxWaiting: 4 })
  const all = [works.come('under way')]
  const a = ['1', '2', '3'].map((name) => works.come(`a${name}`, ['a', name === '1' ? 'x' : 'y']))
  all.push(works.come('b'))
  const refused = refusalOf(() => a[2])
  all.push(works.come('c'), ...a.slice(0, 2))
  t.match(await refused, {
    code: 'unavailable',
    detail: /^Too many people are logging in just now/,
  })
  await works.finish(5)
  t.same(works.begun.toSorted(), ['a1', 'a2', 'b', 'c', 'under way'])
  await Promise.all(all)
})

t.test(
  'among networks with as many, a full queue refuses from the one that had a turn last',
  async (t) => {
    const works = new Works({ maxWaiting: 2 })
    const first = works.comeAll('a', 'b')
    await works.finish(2)
    await first
    const underWay = works.come('under way')
    const [a, b] = [works.come('a'), works.come('b')]
    const [refused, c] = [refusalOf(() => b), works.come('c')]
    t.match(await refused, { code: 'unavailable' })
    const [second, d] = [refusalOf(() => a), works.come('d')]
    t.match(await second, { code: 'unavailable' })
    t.match(await refusalOf(() => works.come('e')), { code: 'unavailable' })
    await works.finish(3)
    t.same(works.begun.slice(2).toSorted(), ['c', 'd', 'under way'])
    await Promise.all([underWay, c, d])
  },
)

t.test('a task that fails gives its turn to the next', async (t) => {
  const queue = new FairQueue({ maxWaitingPerNetwork: 1, maxWaiting: 1 })
  const failing = queue.run(['a'], async () => {
    await nextTurn()
    throw new Error('no luck')
  })
  const next = queue.run(['a'], async () => 'next')
  await t.rejects(failing, /no luck/)
  t.equal(await next, 'next')
})
