import t from 'tap'
import { BackOff } from '../../src/client/back-off.ts'

/** Whether the delays of the next attempts are within the bounds. */
function inBounds(backOff: BackOff, bounds: [least: number, most: number][]): boolean {
  return bounds.every(([least, most]) => {
    const ms = backOff.nextDelay()
    return ms >= least && ms <= most
  })
}

t.test('the first delay is short, then it doubles up to the longest', async (t) => {
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
  t.ok(inBounds(backOff, bounds), 'again after a reset')
})

t.test('`retry:` replaces the first delay that doubles', async (t) => {
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
  t.ok(inBounds(backOff, [[200, 400]]), 'with a minimum')
  backOff.firstMs = 1e12
  t.ok(inBounds(backOff, [[15_000, 30_000]]), 'and a maximum')
})

t.test('a delay that the server asks for is a minimum', async (t) => {
  const backOff = new BackOff()
  const ms = backOff.nextDelay(5_000)
  t.ok(ms > 5_000 && ms <= 6_000, 'with jitter')
  t.equal(backOff.requestedDelay(4_795), 4_795, 'without jitter if it is for one stream alone')
  t.equal(backOff.attempt, 2)
  t.equal(backOff.requestedDelay(0), 100, 'never zero, which would make a busy loop')
  t.ok(backOff.nextDelay(1e12) < 602_000, 'at most ten minutes')
  t.equal(backOff.requestedDelay(1e12), 600_000)
})
