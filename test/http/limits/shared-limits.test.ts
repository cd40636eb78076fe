import t from 'tap'
import { Problem } from '../../../src/chat/problems.ts'
import { RateLimits } from '../../../src/http/limits/rate-limits.ts'
import { readSettings } from '../../../src/settings.ts'
import type { RateLimitCounters } from '../../../src/store/rate-limit-counters.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { Unavailable } from '../../../src/store/store-errors.ts'

/** Counts that all nodes share. */
class Counts implements RateLimitCounters {
  away = false
  readonly #counts = new Map<string, number>()

  async increment(key: string, { limit, windowMs }: { limit: number; windowMs: number }) {
    if (this.away) throw new Unavailable('away')
    const count = this.#counts.get(key) ?? 0
    if (count >= limit) return { counted: false, retryAfterMs: windowMs } as const
    this.#counts.set(key, count + 1)
    return { counted: true } as const
  }

  async decrement(key: string) {
    if (this.away) throw new Unavailable('away')
    this.#counts.set(key, (this.#counts.get(key) ?? 0) - 1)
  }
}

const settings = { ...readSettings({}), loginsPerMinute: 2 }

const session = {} as Session
const right = async () => session
const wrong = async () => {
  throw new Problem('wrong-password', 'It is another.')
}

t.test('failed logins count for all nodes together', async (t) => {
  const counts = new Counts()
  const [one, other] = [new RateLimits(settings, counts), new RateLimits(settings, counts)]
  await t.rejects(one.login('10.0.0.1', 'ann', wrong), { code: 'wrong-password' })
  t.equal(await other.login('10.0.0.1', 'ann', right), session, 'success costs nothing')
  await t.rejects(other.login('10.0.0.1', 'Ann', wrong), { code: 'wrong-password' })
  for (const limits of [one, other])
    await t.rejects(limits.login('10.0.0.1', 'ann', right), {
      code: 'too-many-requests',
      extras: { retryAfter: 60 },
    })
  t.equal(await one.login('10.0.0.2', 'ann', right), session, 'nobody locks a person out')
})

t.test('while the counts are unavailable logins are refused, and none is stuck', async (t) => {
  const counts = new Counts()
  const limits = new RateLimits(settings, counts)
  counts.away = true
  await t.rejects(limits.login('10.0.0.1', 'ann', right), { code: 'unavailable' })
  counts.away = false
  const leaving = async () => {
    counts.away = true
    return session
  }
  t.equal(await limits.login('10.0.0.1', 'ann', leaving), session, 'who got in is in')
  counts.away = false
  t.equal(await limits.login('10.0.0.1', 'ann', right), session)
})

t.test('the counts do not contain names as they were typed', async (t) => {
  const keys: string[] = []
  const counts: RateLimitCounters = {
    async increment(key) {
      keys.push(key)
      return { counted: true }
    },
    async decrement() {},
  }
  await new RateLimits(settings, counts).login('10.0.0.1', 'hunter2\0\ud800', right)
  t.match(keys, [/^[\da-f]{64}$/, '10.0.0.1'])
})
