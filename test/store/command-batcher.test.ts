import t from 'tap'
import { CommandBatcher, type CommandBatcherOptions } from '../../src/store/command-batcher.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'

type Options = Partial<CommandBatcherOptions<string, string>>

/** A batcher that records the sizes of its batches, in which some commands fail; outcomes are upper case. */
function batcherWith(failures: Record<string, Error> = {}, options: Options = {}) {
  const sizes: number[] = []
  const batcher = new CommandBatcher<string, string>({
    run: async (commands) => {
      sizes.push(commands.length)
      for (const command of commands) if (failures[command]) throw failures[command]
      return commands.map((command) => command.toUpperCase())
    },
    ...options,
  })
  return { execute: (command: string) => batcher.execute(command), sizes }
}

t.test('what comes at once, or during a batch, is one batch', async (t) => {
  const { execute, sizes } = batcherWith()
  const first = execute('a').then(() => Promise.all(['d', 'e'].map(execute)))
  t.same(await Promise.all(['b', 'c'].map(execute)), ['B', 'C'], 'each gets its own outcome')
  t.same(await first, ['D', 'E'])
  t.same(sizes, [3, 2])
  t.equal(await execute('f'), 'F')
  t.same(sizes, [3, 2, 1])
})

t.test('a batch has at most 100 commands', async (t) => {
  const { execute, sizes } = batcherWith()
  const names = Array.from({ length: 250 }, (_, at) => `${at}`)
  t.same(await Promise.all(names.map(execute)), names)
  t.same(sizes, [100, 100, 50])
})

t.test('those that cannot be carried out together wait for the next batch', async (t) => {
  const isFirst = (command: string, at: number, all: readonly string[]) =>
    all.indexOf(command) === at
  const countTogether = (commands: readonly string[]) => {
    const repeated = commands.findIndex((...command) => !isFirst(...command))
    return repeated === -1 ? commands.length : repeated
  }
  const { execute, sizes } = batcherWith({}, { countTogether })
  t.same(await Promise.all(['a', 'b', 'a', 'c', 'a'].map(execute)), ['A', 'B', 'A', 'C', 'A'])
  t.same(sizes, [2, 2, 1])
})

t.test('a command that fails takes no other with it', async (t) => {
  const { execute, sizes } = batcherWith({ b: new Error('broken') })
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(execute))
  t.match([a, c], [{ value: 'A' }, { value: 'C' }])
  t.match(b, { status: 'rejected', reason: { message: 'broken' } })
  t.same(sizes, [3, 1, 1, 1])
})

t.test('where the store fails, all of the batch fail', async (t) => {
  for (const failure of [new Unavailable('full'), new OutcomeUnknown('cut', { final: true })]) {
    const { execute, sizes } = batcherWith({ b: failure })
    const results = await Promise.allSettled(['a', 'b'].map(execute))
    for (const result of results) t.match(result, { reason: failure })
    t.same(sizes, [2], 'it is not tried again')
    t.equal(await execute('c'), 'C', 'later ones are tried')
  }
})

t.test('those that wait fail with it where the store is not available', async (t) => {
  const one = { countTogether: () => 1 }
  const unavailable = batcherWith({ a: new Unavailable('full') }, one)
  const results = await Promise.allSettled(['a', 'b', 'c'].map(unavailable.execute))
  for (const result of results) t.match(result, { reason: { message: 'full' } })
  t.same(unavailable.sizes, [1])
  t.equal(await unavailable.execute('d'), 'D', 'later ones are tried')

  const unknown = batcherWith({ a: new OutcomeUnknown('cut', { final: false }) }, one)
  const [a, b] = await Promise.allSettled(['a', 'b'].map(unknown.execute))
  t.match([a, b], [{ reason: { message: 'cut' } }, { value: 'B' }])
})

t.test('the queue is bounded', async (t) => {
  const { execute, sizes } = batcherWith({}, { maxQueued: 2 })
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map(execute))
  t.match([a, b], [{ value: 'A' }, { value: 'B' }])
  t.type((c as PromiseRejectedResult).reason, Unavailable)
  t.same(sizes, [2])
})
