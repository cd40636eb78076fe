import t from 'tap'
import { addressKeys } from '../../../src/http/limits/address-key.ts'
import { FixedWindowCounter } from '../../../src/http/limits/fixed-window-counter.ts'
import { RateLimiter, tooMany } from '../../../src/http/limits/rate-limiter.ts'

/** A steady clock that passes only when it is told to, in ms. */
function steadyClock() {
  let now = 0
  return { now: () => now, pass: (ms: number) => (now += ms) }
}

t.test('a window ends, and what was paid in it is not given back to the next', async (t) => {
  const clock = steadyClock()
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One a minute.' }, clock.now)
  limit.consumeForAccount(1)
  clock.pass(59_001)
  t.throws(() => limit.consumeForAccount(1), {
    code: 'too-many-requests',
    message: 'One a minute. Try again in a second.',
    extras: { retryAfter: 1 },
  })
  limit.refundAccount(1)
  limit.consumeForAccount(1)
  t.throws(() => limit.consumeForAccount(1), { code: 'too-many-requests' })
  clock.pass(999)
  limit.refundAccount(1)
  limit.consumeForAccount(1)
  t.throws(() => limit.consumeForAccount(1), { code: 'too-many-requests' })
})

t.test('0 switches a limit off', async () => {
  const limit = new RateLimiter({ points: 0, seconds: 60, message: '' })
  const keys = addressKeys('192.0.2.1')
  for (let at = 0; at < 100; at++) {
    limit.consumeForAccount(1)
    limit.consumeForAddress(keys)
  }
  limit.refundAccount(1)
  limit.refundAddress(keys)
})

t.test('the clock of the day changes no limit', async (t) => {
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One a minute.' })
  limit.consumeForAccount(1)
  const before = Date.now
  t.teardown(() => {
    Date.now = before
  })
  for (const hours of [-1, 1]) {
    Date.now = () => before() + hours * 3_600_000
    t.throws(
      () => limit.consumeForAccount(1),
      { code: 'too-many-requests', extras: { retryAfter: 60 } },
      `${hours} h`,
    )
  }
})

t.test('whoever has tells a wait, it is at most the window and at least a second', async (t) => {
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

t.test('a network of IPv6 is limited as a whole, whichever addresses it uses', async (t) => {
  const clock = steadyClock()
  const limit = new RateLimiter({ points: 10, seconds: 60, message: 'Ten.' }, clock.now)
  /** How many requests of new /64s get through until one is refused. */
  const through = (address: (at: number) => string) => {
    for (let at = 0; ; at++) {
      try {
        limit.consumeForAddress(addressKeys(address(at)))
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
  t.throws(() => limit.consumeForAddress(addressKeys('2001:db8:1:100::1')))
  for (let at = 0; at < 10; at++) limit.refundAddress(addressKeys('2001:db8:1:100::1'))
  limit.consumeForAddress(addressKeys('2001:db8:1:100::1'))
  clock.pass(60_000)
  t.equal(
    through(() => '2001:db8:1:100::1'),
    10,
    'its time is over',
  )
})

const hex = (number: number) => (number % 256).toString(16).padStart(2, '0')

t.test('what is refused is not counted, so that asking again does no harm', async (t) => {
  const limit = new RateLimiter({ points: 1, seconds: 60, message: 'One.' })
  const keys = addressKeys('2001:db8::1')
  limit.consumeForAddress(keys)
  for (let at = 0; at < 20; at++) t.throws(() => limit.consumeForAddress(keys))
  limit.consumeForAddress(addressKeys('2001:db8:0:1::1'))
})

t.test('keys without number take bounded memory, and go when their time is over', async (t) => {
  const clock = steadyClock()
  const windows = new FixedWindowCounter({ windowMs: 1000, most: 100, now: clock.now })
  for (let key = 0; key < 10_000; key++) windows.increment(key)
  t.ok(windows.size <= 200, `${windows.size} are kept`)
  t.equal(windows.increment(9_999), 2, 'the newest are')
  t.equal(windows.increment(0), 1, 'the oldest begin anew')
  clock.pass(1000)
  windows.increment('a')
  clock.pass(1000)
  windows.increment('b')
  t.equal(windows.size, 2)
  t.equal(windows.increment('a'), 1)
  windows.decrement('a')
  windows.decrement('a')
  t.equal(windows.increment('a'), 1, 'never below nothing')
})
