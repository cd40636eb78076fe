import t from 'tap'
import { Pulse } from '../../src/client/pulse.ts'

/** Longer than a moment: what came was not waiting. */
const waited = 60

t.test('a line is dead after three silent heartbeats', async (t) => {
  const pulse = new Pulse(15_000)
  pulse.begin(1_000)
  t.equal(pulse.patience(1_000), 45_000)
  t.equal(pulse.patience(21_000), 25_000)
  pulse.heard(21_000)
  t.equal(pulse.patience(21_000), 45_000)
  t.notOk(pulse.isLate(36_000))
  t.ok(pulse.isLate(36_001))
})

t.test(
  'who was away for long finds heartbeats waiting, and so waits for one at most',
  async (t) => {
    const pulse = new Pulse(15_000)
    pulse.begin(0)
    t.equal(pulse.patience(500_000), 15_000)
  },
)

t.test('how far apart heartbeats are is learnt from them', async (t) => {
  const pulse = new Pulse(15_000)
  pulse.begin(0)
  pulse.beat(400, waited)
  t.equal(pulse.patience(0), 45_000, 'one says nothing')
  pulse.beat(2_400, waited)
  t.equal(pulse.patience(0), 6_000)
  pulse.beat(2_410, waited)
  t.equal(pulse.patience(0), 1_500, 'no less than half a second each')
  pulse.beat(62_410, waited)
  t.equal(pulse.patience(0), 180_000, 'longer, too')
  pulse.died()
  t.equal(pulse.patience(0), 45_000, 'what misled is forgotten')
})

t.test('heartbeats that were waiting to be read say nothing of their time', async (t) => {
  const pulse = new Pulse(15_000)
  pulse.begin(0)
  pulse.beat(1_000, waited)
  pulse.beat(1_001, 0)
  pulse.beat(3_000, waited)
  t.equal(pulse.patience(0), 45_000)
  pulse.begin(50_000)
  pulse.beat(53_000, waited)
  t.equal(pulse.patience(50_000), 45_000, 'nor does one of another line')
})
