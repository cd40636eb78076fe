import t from 'tap'
import { ObrolError } from '../../src/client/index.ts'
import { describeError, UsageError } from '../../src/terminal/describe-error.ts'

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
    t.same(describeError(new ObrolError(code, 'text: must not be blank'), 'ann'), {
      message: words,
      exitStatus: 1,
    })
  t.same(describeError(new UsageError('usage: list')), { message: 'usage: list', exitStatus: 1 })
})

t.test('a limit says how long to wait', async (t) => {
  const limit = (retryAfterMs?: number) =>
    describeError(new ObrolError('too-many-requests', '', { retryAfterMs })).message
  t.equal(limit(2_300), 'too fast: try again in 3 s')
  t.equal(limit(), 'too fast: try again in 1 s')
})

t.test('a server out of reach is told with what is at the bottom of it', async (t) => {
  const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
  t.same(describeError(new ObrolError('network', 'The connection failed', { cause })), {
    message: 'cannot reach the server: connect ECONNREFUSED',
    exitStatus: 3,
  })
  t.equal(
    describeError(new ObrolError('timeout', 'No answer', { cause: new Error('') })).message,
    'cannot reach the server: No answer',
  )
})

t.test('a fault of our own is none', async (t) => {
  t.throws(() => describeError(new TypeError('ours')), { message: 'ours' })
})
