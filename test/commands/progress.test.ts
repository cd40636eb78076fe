import t from 'tap'
import { Progress } from '../../src/commands/progress.ts'

/** The output for two steps of 100 rows each. */
function watch(isTTY: boolean, msForARow: number): string[] {
  const written: string[] = []
  let now = 0
  const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now)
  for (const step of ['copied', 'verified'] as const)
    for (let rows = 1; rows <= 100; rows += 1) {
      now += msForARow
      progress.report({ step, done: rows, all: 100, unit: 'rows' })
    }
  progress.end()
  progress.end()
  return written
}

t.test('writes a line for each tenth when it is not on a terminal', async (t) => {
  const lines = watch(false, 1)
  t.equal(lines[0], 'copied 1 of 100 rows, 1 %\n')
  t.equal(lines[1], 'copied 10 of 100 rows, 10 %\n')
  t.equal(lines.at(-1), 'verified 100 of 100 rows, 100 %\n')
  t.equal(lines.length, 22)
})

t.test('writes a line after a long silence', async (t) => {
  t.equal(watch(false, 1_000).filter((line) => line.startsWith('copied')).length, 21)
})

t.test('rewrites one line on a terminal', async (t) => {
  const written = watch(true, 10)
  t.equal(written.at(-1), '\n')
  t.equal(written.at(-2), '\r\u001b[Kverified 100 of 100 rows, 100 %')
  t.equal(written.length, 21 + 1, 'ten times a second, the ends, and the end of the line')
  t.notOk(written.slice(0, -1).some((text) => text.includes('\n')))
})

t.test('an announcement gets a line of its own', async (t) => {
  const written: string[] = []
  const progress = new Progress({ isTTY: true, write: (text) => written.push(text) })
  progress.announce('checking')
  progress.report({ step: 'copied', done: 1, all: 1, unit: 'MB' })
  progress.announce('checking')
  t.same(written, ['checking\n', '\r\u001b[Kcopied 1 of 1 MB, 100 %', '\n', 'checking\n'])
})
