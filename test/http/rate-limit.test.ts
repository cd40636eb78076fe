import t from 'tap'
import { addressKeys } from '../../src/http/address-key.ts'
import { FixedWindows } from '../../src/http/fixed-windows.ts'
import { RateLimit, tooMany } from '../../src/http/rate-limit.ts'

/** A steady clock that passes only when it is told to, in ms. */
function steadyClock() {
  let now = 0
  return { now: () => now, pass: (ms: number) => (now += ms) }
}

t.test('a window ends, and what was paid in it is not given back to the next', async (t) => {
  const clock = steadyClock()
  const limit = new RateLimit({ points: 1, seconds: 60, told: 'One a minute.' }, clock.now)
  limit.chargeAccount(1)
  clock.pass(59_001)
  t.throws(() => limit.chargeAccount(1), {
    code: 'too-many-requests',
    message: 'One a minute. Try again in a second.',
    extras: { retryAfter: 1 },
  })
  limit.giveAccountBack(1)
  limit.chargeAccount(1)
  t.throws(() => limit.chargeAccount(1), { code: 'too-many-requests' })
  clock.pass(999)
  limit.giveAccountBack(1)
  limit.chargeAccount(1)
  t.throws(() => limit.chargeAccount(1), { code: 'too-many-requests' })
})

t.test('0 switches a limit off', async () => {
  const limit = new RateLimit({ points: 0, seconds: 60, told: '' })
  const keys = addressKeys('192.0.2.1')
  for (let at = 0; at < 100; at++) {
    limit.chargeAccount(1)
    limit.chargeAddress(keys)
  }
  limit.giveAccountBack(1)
  limit.giveAddressBack(keys)
})

t.test('the clock of the day changes no limit', async (t) => {
  const limit = new RateLimit({ points: 1, seconds: 60, told: 'One a minute.' })
  limit.chargeAccount(1)
  const before = Date.now
  t.teardown(() => {
    Date.now = before
  })
  for (const hours of [-1, 1]) {
    Date.now = () => before() + hours * 3_600_000
    t.throws(
      () => limit.chargeAccount(1),
      { code: 'too-many-requests', extras: { retryAfter: 60 } },
      `${hours} h`,
    )
  }
})

t.test('whoever has tells a wait, it is at most the window and at least a second', async (t) => {
  const allowance = { points: 1, seconds: 60, told: '' }
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
  const limit = new RateLimit({ points: 10, seconds: 60, told: 'Ten.' }, clock.now)
  /** How many requests of new /64s get through until one is refused. */
  const through = (address: (at: number) => string) => {
    for (let at = 0; ; at++) {
      try {
        limit.chargeAddress(addressKeys(address(at)))
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
  t.throws(() => limit.chargeAddress(addressKeys('2001:db8:1:100::1')))
  for (let at = 0; at < 10; at++) limit.giveAddressBack(addressKeys('2001:db8:1:100::1'))
  limit.chargeAddress(addressKeys('2001:db8:1:100::1'))
  clock.pass(60_000)
  t.equal(
    through(() => '2001:db8:1:100::1'),
    10,
    'its time is over',
  )
})

const hex = (number: number) => (number % 256).toString(16).padStart(2, '0')

t.test('what is refused is not counted, so that asking again does no harm', async (t) => {
  const limit = new RateLimit({ points: 1, seconds: 60, told: 'One.' })
  const keys = addressKeys('2001:db8::1')
  limit.chargeAddress(keys)
  for (let at = 0; at < 20; at++) t.throws(() => limit.chargeAddress(keys))
  limit.chargeAddress(addressKeys('2001:db8:0:1::1'))
})

t.test('keys without number take bounded memory, and go when their time is over', async (t) => {
  const clock = steadyClock()
  const windows = new FixedWindows({ windowMs: 1000, most: 100, now: clock.now })
  for (let key = 0; key < 10_000; key++) windows.add(key)
  t.ok(windows.size <= 200, `${windows.size} are kept`)
  t.equal(windows.add(9_999), 2, 'the newest are')
  t.equal(windows.add(0), 1, 'the oldest begin anew')
  clock.pass(1000)
  windows.add('a')
  clock.pass(1000)
  windows.add('b')
  t.equal(windows.size, 2)
  t.equal(windows.add('a'), 1)
  windows.takeBack('a')
  windows.takeBack('a')
  t.equal(windows.add('a'), 1, 'never below nothing')
})
