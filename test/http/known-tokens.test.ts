import t from 'tap'
import { KnownTokens } from '../../src/http/known-tokens.ts'

const claims = (exp: number) => ({ sub: '1', sid: 1, exp })

t.test('a token is known until its end', async (t) => {
  let now = 9_999
  const known = new KnownTokens(() => now)
  t.equal(known.find('a'), undefined)
  t.same(known.keep('a', claims(10)), claims(10))
  t.same(known.find('a'), claims(10))
  now = 10_000
  t.equal(known.keep('b', claims(10)), undefined, 'one past its end is not kept')
  t.equal(known.find('a'), undefined, 'not at its end')
  now = 9_999
  t.equal(known.find('a'), undefined, 'and it is forgotten')
})

t.test('so many are known, and those unused for longest make way', async (t) => {
  const known = new KnownTokens(() => 0, { remembered: 2 })
  for (const token of ['a', 'b']) known.keep(token, claims(10))
  known.find('a')
  known.keep('c', claims(10))
  t.same(
    ['a', 'b', 'c'].map((token) => known.find(token)?.exp),
    [10, undefined, 10],
  )
})

t.test('tokens are known for hours unless told otherwise', async (t) => {
  const known = new KnownTokens(Date.now)
  known.keep('a', claims(Date.now() / 1000 + 3600))
  t.ok(known.find('a'))
})
