import t from 'tap'
import { addressKeys } from '../../../src/http/limits/address-keys.ts'
import { FixedWindowCounter } from '../../../src/http/limits/fixed-window-counter.ts'
import { RateLimiter, tooMany } from '../../../src/http/limits/rate-limiter.ts'

const ann = [{ key: '1', times: 1 }]

/** A monotonic clock that a test moves, in ms. */
function steadyClock() {
  let now = 0
  return { now: () => now, pass: (ms: number) => (now += ms) }
}

t.test('a point is not given back to a later window than its own', async (t) => {
  const clock = steadyClock()
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One a minute.' }, clock.now)
  limit.consume(ann)
  clock.pass(59_001)
  t.throws(() => limit.consume(ann), {
    code: 'too-many-requests',
    message: 'One a minute. Try again in a second.',
    extras: { retryAfter: 1 },
  })
  limit.refund(ann)
  limit.consume(ann)
  t.throws(() => limit.consume(ann), { code: 'too-many-requests' })
  clock.pass(999)
  limit.refund(ann)
  limit.consume(ann)
  t.throws(() => limit.consume(ann), { code: 'too-many-requests' })
})

t.test('a limit of 0 is switched off', async () => {
  const limit = new RateLimiter({ points: 0, seconds: 60, message: '' })
  const keys = addressKeys('192.0.2.1')
  for (let at = 0; at < 100; at++) {
    limit.consume(ann)
    limit.consume(keys)
  }
  limit.refund(ann)
  limit.refund(keys)
})

t.test('setting the system clock changes no limit', async (t) => {
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One a minute.' })
  limit.consume(ann)
  const before = Date.now
  t.teardown(() => {
    Date.now = before
  })
  for (const hours of [-1, 1]) {
    Date.now = () => before() + hours * 3_600_000
    t.throws(
      () => limit.consume(ann),
      { code: 'too-many-requests', extras: { retryAfter: 60 } },
      `${hours} h`,
    )
  }
})

t.test('Retry-After is at most the window and at least a second', async (t) => {
  const allowance = { points: 1, seconds: 60, message: '' }
  for (const [waitMs, retryAfter] of [
    [-5, 1],
    [1, 1],
    [1001, 2],
    [60_000, 60],
    [3_660_000, 60],
  ] as const)
    t.match(tooMany(allowance, waitMs), { extras: { retryAfter } }, `${waitMs} ms`)
})

t.test('an IPv6 network has one limit for all of its addresses', async (t) => {
  const clock = steadyClock()
  const limit = new RateLimiter({ points: 10, seconds: 60, message: 'Ten.' }, clock.now)
  /** How many requests of new /64s get through until one is refused. */
  const through = (address: (at: number) => string) => {
    for (let at = 0; ; at++) {
      try {
        limit.consume(addressKeys(address(at)))
      } catch {
        return at
      }
    }
  }
  t.equal(
    through(() => '2001:db8:1:100::1'),
    10,
    'a /64',
  )
  t.equal(
    through((at) => `2001:db8:1:1${hex(at + 1)}::1`),
    70,
    'its /56: eight times as many in all',
  )
  t.equal(
    through((at) => `2001:db8:1:${hex(2 + (at % 200))}${hex(at)}::1`),
    560,
    'its /48: sixty-four times',
  )
  t.equal(
    through(() => '2001:db8:2::1'),
    10,
    'another network',
  )
  t.throws(() => limit.consume(addressKeys('2001:db8:1:100::1')))
  for (let at = 0; at < 10; at++) limit.refund(addressKeys('2001:db8:1:100::1'))
  limit.consume(addressKeys('2001:db8:1:100::1'))
  clock.pass(60_000)
  t.equal(
    through(() => '2001:db8:1:100::1'),
    10,
    'its window has ended',
  )
})

const hex = (number: number) => (number % 256).toString(16).padStart(2, '0')

t.test('a refused request is not counted', async (t) => {
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One.' })
  const keys = addressKeys('2001:db8::1')
  limit.consume(keys)
  for (let at = 0; at < 20; at++) t.throws(() => limit.consume(keys))
  limit.consume(addressKeys('2001:db8:0:1::1'))
})

t.test(
  'any number of keys takes bounded memory, which is freed when their windows end',
  async (t) => {
    const clock = steadyClock()
    const windows = new FixedWindowCounter({ windowMs: 1000, maxKeys: 100, now: clock.now })
    for (let key = 0; key < 10_000; key++) windows.increment(`${key}`)
    t.ok(windows.size <= 200, `${windows.size} keys are in memory`)
    t.equal(windows.increment('9999'), 2, 'the newest keep their count')
    t.equal(windows.increment('0'), 1, 'the oldest begin anew')
    clock.pass(1000)
    windows.increment('a')
    clock.pass(1000)
    windows.increment('b')
    t.equal(windows.size, 2)
    t.equal(windows.increment('a'), 1)
    windows.decrement('a')
    windows.decrement('a')
    t.equal(windows.increment('a'), 1, 'a count is never negative')
  },
)
