import t from 'tap'
import { ObrolError } from '../../src/client/index.ts'
import { UsageError } from '../../src/terminal/commands.ts'
import { describeError } from '../../src/terminal/describe-error.ts'

t.test('an error of the server is described by its code', async (t) => {
  const table: [code: ObrolError['code'], words: string][] = [
    ['username-taken', 'ann is already taken: text: must not be blank'],
    ['unknown-user', 'unknown user ann'],
    ['unknown-recipient', 'unknown user ann'],
    ['unknown-room', 'unknown room ann'],
    ['wrong-password', 'wrong password'],
    ['wrong-credentials', 'wrong name or password'],
    ['registration-closed', 'this server accepts no new users'],
    ['recipient-offline', 'ann is not online'],
    ['unauthorized', 'your session has ended: log in again'],
    ['invalid-request', 'text: must not be blank'],
  ]
  for (const [code, words] of table)
    t.same(describeError(new ObrolError(code, 'text: must not be blank'), 'ann'), {
      message: words,
      exitStatus: 1,
    })
  t.same(describeError(new UsageError('usage: list')), { message: 'usage: list', exitStatus: 1 })
})

t.test('a rate limit shows how long to wait', async (t) => {
  const limit = (retryAfterMs?: number) =>
    describeError(new ObrolError('too-many-requests', '', { retryAfterMs })).message
  t.equal(limit(2_300), 'too many requests: try again in 3 s')
  t.equal(limit(), 'too many requests: try again in 1 s')
})

t.test('an unreachable server is described by the innermost cause', async (t) => {
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

t.test('a bug of the program is thrown', async (t) => {
  t.throws(() => describeError(new TypeError('ours')), { message: 'ours' })
})
