import t from 'tap'
import { BackOff } from '../../src/client/back-off.ts'

/** The waits of so many tries after one another, each within its bounds. */
function inBounds(backOff: BackOff, bounds: [least: number, most: number][]): boolean {
  return bounds.every(([least, most]) => {
    const ms = backOff.nextDelay()
    return ms >= least && ms <= most
  })
}

t.test('the first try is quick, then the wait doubles up to the longest', async (t) => {
  const backOff = new BackOff()
  const bounds: [number, number][] = [
    [0, 1_000],
    [1_500, 3_000],
    [3_000, 6_000],
    [6_000, 12_000],
    [12_000, 24_000],
    [15_000, 30_000],
    [15_000, 30_000],
  ]
  t.ok(inBounds(backOff, bounds))
  t.equal(backOff.attempt, 7)
  backOff.reset()
  t.ok(inBounds(backOff, bounds), 'and again, once it has worked')
})

t.test('what `retry:` says takes the place of the first wait', async (t) => {
  const backOff = new BackOff({ quickMs: 10 })
  backOff.firstMs = 100
  t.ok(
    inBounds(backOff, [
      [0, 10],
      [50, 100],
      [100, 200],
    ]),
  )
  backOff.firstMs = 0
  t.ok(inBounds(backOff, [[200, 400]]), 'but for none at all')
  backOff.firstMs = 1e12
  t.ok(inBounds(backOff, [[15_000, 30_000]]), 'but for the longest')
})

t.test('who is asked to wait waits at least so long', async (t) => {
  const backOff = new BackOff()
  const ms = backOff.nextDelay(5_000)
  t.ok(ms > 5_000 && ms <= 6_000, 'and not all as long')
  t.equal(backOff.requestedDelay(4_795), 4_795, 'what one stream alone was told is spread already')
  t.equal(backOff.attempt, 2)
  t.equal(backOff.requestedDelay(0), 100, 'nobody is to come back at once, and again and again')
  t.ok(backOff.nextDelay(1e12) < 602_000, 'but no longer than ten minutes')
  t.equal(backOff.requestedDelay(1e12), 600_000)
})
