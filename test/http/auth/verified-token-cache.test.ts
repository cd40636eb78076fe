import t from 'tap'
import { VerifiedTokenCache } from '../../../src/http/auth/verified-token-cache.ts'

const claims = (exp: number) => ({ sub: '1', sid: 1, exp })

t.test('a token is cached until it expires', async (t) => {
  let now = 9_999
  const known = new VerifiedTokenCache(() => now)
  t.equal(known.get('a'), undefined)
  t.same(known.add('a', claims(10)), claims(10))
  t.same(known.get('a'), claims(10))
  now = 10_000
  t.equal(known.add('b', claims(10)), undefined, 'one past its end is not kept')
  t.equal(known.get('a'), undefined, 'not at its end')
  now = 9_999
  t.equal(known.get('a'), undefined, 'and it is forgotten')
})

t.test('a full cache drops the token that was unused for longest', async (t) => {
  const known = new VerifiedTokenCache(() => 0, { cacheSize: 2 })
  for (const token of ['a', 'b']) known.add(token, claims(10))
  known.get('a')
  known.add('c', claims(10))
  t.same(
    ['a', 'b', 'c'].map((token) => known.get(token)?.exp),
    [10, undefined, 10],
  )
})

t.test('a cache of the default size returns a token', async (t) => {
  const known = new VerifiedTokenCache(Date.now)
  known.add('a', claims(Date.now() / 1000 + 3600))
  t.ok(known.get('a'))
})
