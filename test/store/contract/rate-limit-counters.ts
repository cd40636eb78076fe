import type { Test } from 'tap'
import type { RateLimitCounters } from '../../../src/store/rate-limit-counters.ts'
import { hour } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function rateLimitCountersContract(t: Test, openFixture: OpenFixture): Promise<void> {
  const { isShared } = await openFixture(t)

  await t.test('exist where several nodes can share the store', async (t) => {
    const { store } = await openStore(t, openFixture)
    t.equal(store.counters !== undefined, isShared)
  })
  if (!isShared) return

  await t.test('count up to a limit, for each key by itself', async (t) => {
    const { store } = await openStore(t, openFixture)
    const counters = store.counters as RateLimitCounters
    const allowance = { limit: 2, windowMs: hour }
    t.same(await counters.increment('ann', allowance), { counted: true })
    t.same(await counters.increment('ann', allowance), { counted: true })
    t.match(await counters.increment('ann', allowance), { counted: false })
    t.same(await counters.increment('bob', allowance), { counted: true })
    await counters.decrement('ann')
    t.same(await counters.increment('ann', allowance), { counted: true })
    t.match(await counters.increment('ann', allowance), { counted: false })
  })

  await t.test('begin again when the window is over, and say when that is', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const counters = store.counters as RateLimitCounters
    const allowance = { limit: 1, windowMs: hour }
    await counters.increment('ann', allowance)
    clock.advance(hour / 4)
    const refused = { counted: false, retryAfterMs: (3 * hour) / 4 }
    t.same(await counters.increment('ann', allowance), refused)
    clock.advance((3 * hour) / 4)
    t.same(await counters.increment('ann', allowance), { counted: true })
  })

  await t.test('never count below zero', async (t) => {
    const { store } = await openStore(t, openFixture)
    const counters = store.counters as RateLimitCounters
    const allowance = { limit: 1, windowMs: hour }
    await counters.decrement('ann')
    await counters.increment('ann', allowance)
    await counters.decrement('ann')
    await counters.decrement('ann')
    t.same(await counters.increment('ann', allowance), { counted: true })
    t.match(await counters.increment('ann', allowance), { counted: false })
  })
}
