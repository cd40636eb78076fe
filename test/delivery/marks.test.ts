import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { ReachedMarks } from '../../src/delivery/marks.ts'
import type { Store } from '../../src/store/store.ts'

const marksTo = (markReached: Store['markReached']) =>
  new ReachedMarks({ markReached }, () => 'mh4k2c9z')

t.test('marks are gathered, and only the furthest counts', async (t) => {
  const written: unknown[] = []
  const marks = marksTo(async (marks) => void written.push([...marks]))
  marks.note(1, 5)
  marks.note(1, 9)
  marks.note(1, 7)
  marks.note(2, 3)
  await marks.settled()
  t.same(written, [
    [
      { account: 1, id: 9 },
      { account: 2, id: 3 },
    ],
  ])
})

t.test('what is noted during a write goes with the next', async (t) => {
  const written: unknown[] = []
  const marks: ReachedMarks = marksTo(async (batch) => {
    written.push([...batch])
    if (written.length === 1) marks.note(1, 6)
  })
  marks.note(1, 5)
  await marks.settled()
  await marks.settled()
  t.same(written, [[{ account: 1, id: 5 }], [{ account: 1, id: 6 }]])
})

t.test('who waits for what was noted does not wait for what is noted later', async (t) => {
  const writes: (() => void)[] = []
  const marks = marksTo(() => new Promise((resolve) => writes.push(resolve)))
  marks.note(1, 5)
  await endOfTurn()
  const first = marks.settled()
  marks.note(2, 6)
  const second = marks.settled()
  for (const settled of [first, second]) {
    writes.shift()?.()
    await settled
    marks.note(3, 7)
    await endOfTurn()
    t.equal(writes.length, 1, 'the next is under way')
  }
})

t.test('whoever notes a mark can wait until it is stored, or could not be', async (t) => {
  const written: unknown[] = []
  const marks = marksTo(async (batch) => {
    await endOfTurn()
    written.push(...batch)
    if (written.length > 1) throw new Error('away')
  })
  await marks.note(1, 5)
  t.same(written, [{ account: 1, id: 5 }])
  await t.resolves(Promise.all([marks.note(2, 6), marks.note(2, 4)]))
  t.same(written.at(-1), { account: 2, id: 6 })
})

t.test('nobody waits for a mark that is not written', async (t) => {
  const marks: ReachedMarks = marksTo(async () => {
    meanwhile = marks.note(2, 6)
    throw new Error('away')
  })
  let meanwhile: Promise<void> | undefined
  await marks.note(1, 5)
  await t.resolves(meanwhile as Promise<void>)
  const dropped = marks.note(1, 7)
  marks.turned()
  await t.resolves(dropped)
})

t.test('a mark that could not be stored goes along with the next', async (t) => {
  const written: unknown[] = []
  let away = true
  const marks: ReachedMarks = marksTo(async (batch) => {
    if (away) {
      marks.note(2, 8)
      throw new Error('away')
    }
    written.push([...batch])
  })
  marks.note(1, 5)
  marks.note(2, 4)
  await marks.settled()
  away = false
  marks.note(3, 1)
  await marks.settled()
  t.same(written, [
    [
      { account: 2, id: 8 },
      { account: 1, id: 5 },
      { account: 3, id: 1 },
    ],
  ])
})

t.test('a log that went back takes no marks of before, also of a write that failed', async (t) => {
  const written: unknown[] = []
  let turn = true
  const marks: ReachedMarks = marksTo(async (batch) => {
    written.push([...batch])
    if (!turn) return
    turn = false
    marks.note(1, 9)
    marks.turned()
    marks.note(2, 3)
    throw new Error('away')
  })
  marks.note(1, 5)
  await marks.settled()
  marks.note(3, 1)
  await marks.settled()
  t.same(written, [
    [{ account: 1, id: 5 }],
    [
      { account: 2, id: 3 },
      { account: 3, id: 1 },
    ],
  ])
})
