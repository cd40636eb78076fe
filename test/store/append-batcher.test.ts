import t from 'tap'
import { AppendBatcher } from '../../src/store/append-batcher.ts'
import type { Draft, MessageEntry, MessageLog, Outcome } from '../../src/store/message-log.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'

type Batch = { texts: string[]; batchId: string }

function messageOf(id: number, text: string): MessageEntry {
  return { kind: 'message', id, from: ann, to: null, room: null, text, sentAt: 0 }
}

/** A log that records its calls, and runs a script before each append. */
class ScriptedLog implements Pick<MessageLog, 'append'> {
  readonly batches: Batch[] = []
  readonly stored: string[] = []
  readonly #script: (batch: Batch, calls: number) => unknown
  readonly #known = new Map<string, Outcome[]>()

  constructor(script: (batch: Batch, calls: number) => unknown = () => {}) {
    this.#script = script
  }

  async append(batch: readonly Draft[], batchId: string): Promise<Outcome[]> {
    const received = { texts: batch.map(({ text }) => text), batchId }
    this.batches.push(received)
    await this.#script(received, this.batches.length)
    return this.store(received)
  }

  store({ texts, batchId }: Batch): Outcome[] {
    const known = this.#known.get(batchId)
    if (known) return known
    const outcomes = texts.map((text): Outcome => {
      const id = this.stored.push(text)
      return { kind: 'appended', entry: messageOf(id, text) }
    })
    this.#known.set(batchId, outcomes)
    return outcomes
  }

  get sizes(): number[] {
    return this.batches.map(({ texts }) => texts.length)
  }
}

const ann = { id: 1, username: 'ann' }

function draft(text: string): Draft {
  return { session: 1, to: null, text, idempotency: null }
}

function idOf(outcome: Outcome): number | string {
  return outcome.kind === 'appended' ? outcome.entry.id : outcome.kind
}

/** Of each append: its id, or the kind of outcome, or the name of the error. */
async function outcomes(appends: Promise<Outcome>[]): Promise<(number | string)[]> {
  const settled = await Promise.allSettled(appends)
  return settled.map((one) => (one.status === 'fulfilled' ? idOf(one.value) : one.reason.name))
}

function appendAll(appender: AppendBatcher, texts: string[]): Promise<Outcome>[] {
  return texts.map((text) => appender.append(draft(text)))
}

t.test(
  'sends the appends of one turn as one batch, and those during a batch as the next',
  async (t) => {
    let meanwhile: Promise<Outcome>[] = []
    const log = new ScriptedLog((_, calls) => {
      if (calls === 1) meanwhile = appendAll(appender, ['b', 'c', 'd'])
    })
    const appender = new AppendBatcher(log)
    t.equal(idOf(await appender.append(draft('a'))), 1)
    t.same(await outcomes(meanwhile), [2, 3, 4])
    t.same(log.sizes, [1, 3])
    t.equal(idOf(await appender.append(draft('e'))), 5)
    t.equal(new Set(log.batches.map(({ batchId }) => batchId)).size, 3, 'each batch has an id')
  },
)

t.test('bounds a batch', async (t) => {
  const log = new ScriptedLog()
  const appender = new AppendBatcher(log)
  const short = Array.from({ length: 1_201 }, () => 'x')
  await Promise.all(appendAll(appender, short))
  t.same(log.sizes, [1_000, 201])
  const long = Array.from({ length: 4 }, () => 'x'.repeat(500 * 1024))
  await Promise.all(appendAll(appender, [...long, 'x'.repeat(3 * 1024 * 1024)]))
  t.same(log.sizes.slice(2), [2, 2, 1])
})

t.test('refuses an append when the queue is full', async (t) => {
  const log = new ScriptedLog()
  const appender = new AppendBatcher(log)
  const many = Array.from({ length: 10_002 }, () => 'x')
  const results = await outcomes(appendAll(appender, many))
  t.same(results.slice(9_999), [10_000, 'Unavailable', 'Unavailable'])
  t.equal(log.stored.length, 10_000)

  const large = Array.from({ length: 6 }, () => 'x'.repeat(4 * 1024 * 1024 - 256))
  t.same((await outcomes(appendAll(appender, large))).slice(3), [
    10_004,
    'Unavailable',
    'Unavailable',
  ])
  t.equal(idOf(await appender.append(draft('room again'))), 10_005)
})

t.test('rejects what is queued without sending it', async (t) => {
  const log = new ScriptedLog((_, calls) => {
    if (calls === 1) appender.rejectQueued()
  })
  const appender = new AppendBatcher(log)
  const first = appender.append(draft('a'))
  const large = 'x'.repeat(16 * 1024 * 1024 - 1024)
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  const others = outcomes([appender.append(draft('b')), appender.append(draft(large))])
  appender.rejectQueued()
  t.same(await others, ['Unavailable', 'Unavailable'])
  t.equal(idOf(await first), 1)
  t.equal(idOf(await appender.append(draft(large))), 2, 'there is room again')

  const early = outcomes([appender.append(draft('c'))])
  appender.rejectQueued()
  t.same(await early, ['Unavailable'])
  t.equal(idOf(await appender.append(draft('d'))), 3)
  t.same(log.sizes, [1, 1, 1])
})

t.test('rejects every append of a batch when the store is not available', async (t) => {
  const log = new ScriptedLog((_, calls) => {
    if (calls === 1) throw new Unavailable('full')
  })
  const appender = new AppendBatcher(log)
  const appends = appendAll(appender, ['a', 'b'])
  t.same(await outcomes(appends), ['Unavailable', 'Unavailable'])
  t.equal(idOf(await appender.append(draft('c'))), 1)
  t.equal(log.batches.length, 2, 'there is no retry')
})

t.test('retries with the same batch id when an answer was lost', async (t) => {
  const log = new ScriptedLog((batch, calls) => {
    if (calls === 1) log.store(batch)
    if (calls === 1) throw new OutcomeUnknown('cut')
    if (calls === 2) throw new Unavailable('proves nothing about the first time')
    if (calls === 3) throw new Error('nor does this error')
  })
  const appender = new AppendBatcher(log, { firstRetryDelayMs: 1 })
  t.equal(idOf(await appender.append(draft('once'))), 1)
  t.same(log.stored, ['once'])
  t.equal(new Set(log.batches.map(({ batchId }) => batchId)).size, 1)
  t.equal(log.batches.length, 4)
})

t.test('rejects with OutcomeUnknown when retries bring no answer for ten seconds', async (t) => {
  const log = new ScriptedLog(() => {
    throw new OutcomeUnknown('cut')
  })
  let now = 0
  const waits: number[] = []
  const time = {
    now: () => now,
    async wait(ms: number) {
      waits.push(ms)
      now += ms
    },
  }
  const appender = new AppendBatcher(log, { clock: time })
  t.same(await outcomes([appender.append(draft('a'))]), ['OutcomeUnknown'])
  t.equal(now, 10_000, 'ten seconds')
  t.equal(log.batches.length, waits.length, 'one call before each pause')
  t.same(waits.slice(0, 6), [50, 100, 200, 400, 800, 1_000])
})

t.test('does not retry on a store that has failed for good', async (t) => {
  const log = new ScriptedLog(() => {
    throw new OutcomeUnknown('dead', { final: true })
  })
  const appender = new AppendBatcher(log)
  t.same(await outcomes([appender.append(draft('a'))]), ['OutcomeUnknown'])
  t.equal(log.batches.length, 1)
})

t.test('finds the drafts that make a batch fail, and stores the others in order', async (t) => {
  const texts = Array.from({ length: 60 }, (_, at) => `${at}`)
  const log = new ScriptedLog(({ texts }) => {
    if (texts.includes('17') || texts.includes('42')) throw new TypeError('poison')
  })
  const appender = new AppendBatcher(log)
  const results = await outcomes(appendAll(appender, texts))
  const good = texts.filter((text) => text !== '17' && text !== '42')
  t.same(log.stored, good)
  t.same(
    results,
    texts.map((text) => (good.includes(text) ? good.indexOf(text) + 1 : 'TypeError')),
  )
  const { size } = new Set(log.batches.map(({ batchId }) => batchId))
  t.equal(size, log.batches.length, 'each part has a batch id of its own')
})

t.test('settles all appends before it is closed, and refuses later ones', async (t) => {
  const log = new ScriptedLog()
  const appender = new AppendBatcher(log)
  const appends = appendAll(appender, ['a', 'b'])
  await appender.close()
  t.same(log.stored, ['a', 'b'])
  t.same(await outcomes([...appends, appender.append(draft('c'))]), [1, 2, 'Unavailable'])
  await appender.close()
})
