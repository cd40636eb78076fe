import t from 'tap'
import { RateLimit } from '../../src/http/rate-limit.ts'

t.test('a window ends, and what was paid in it is not given back to the next', async (t) => {
  const limit = new RateLimit({ points: 1, seconds: 0.1, told: 'One a moment.' })
  await limit.charge('a')
  await t.rejects(limit.charge('a'), {
    code: 'too-many-requests',
    message: 'One a moment. Try again in a second.',
    extras: { retryAfter: 1 },
  })
  await limit.giveBack('a')
  await limit.charge('a')
  await new Promise((resolve) => setTimeout(resolve, 150))
  await limit.giveBack('a')
  await limit.charge('a')
  await t.rejects(limit.charge('a'), { code: 'too-many-requests' })
})

t.test('0 switches a limit off', async () => {
  const limit = new RateLimit({ points: 0, seconds: 60, told: '' })
  for (let at = 0; at < 100; at++) await limit.charge('a')
  await limit.giveBack('a')
})
