import t from 'tap'
import { ObrolError } from '../../src/client/index.ts'
import { Misuse, refusalOf } from '../../src/terminal/refusals.ts'

t.test('a refusal names its cause', async (t) => {
  const table: [code: ObrolError['code'], words: string][] = [
    ['username-taken', 'ann is already taken: text: must not be blank'],
    ['unknown-user', 'unknown user ann'],
    ['unknown-recipient', 'unknown user ann'],
    ['wrong-password', 'wrong password'],
    ['wrong-credentials', 'wrong name or password'],
    ['registration-closed', 'this server takes no new names'],
    ['recipient-offline', 'ann is not online'],
    ['unauthorized', 'your session is over: log in again'],
    ['invalid-request', 'text: must not be blank'],
  ]
  for (const [code, words] of table)
    t.same(refusalOf(new ObrolError(code, 'text: must not be blank'), 'ann'), { words, status: 1 })
  t.same(refusalOf(new Misuse('usage: list')), { words: 'usage: list', status: 1 })
})

t.test('a limit says how long to wait', async (t) => {
  const limit = (retryAfterMs?: number) =>
    refusalOf(new ObrolError('too-many-requests', '', { retryAfterMs })).words
  t.equal(limit(2_300), 'too fast: try again in 3 s')
  t.equal(limit(), 'too fast: try again in 1 s')
})

t.test('a server out of reach is told with what is at the bottom of it', async (t) => {
  const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
  t.same(refusalOf(new ObrolError('network', 'The connection failed', { cause })), {
    words: 'cannot reach the server: connect ECONNREFUSED',
    status: 3,
  })
  t.equal(
    refusalOf(new ObrolError('timeout', 'No answer', { cause: new Error('') })).words,
    'cannot reach the server: No answer',
  )
})

t.test('a fault of our own is none', async (t) => {
  t.throws(() => refusalOf(new TypeError('ours')), { message: 'ours' })
})
