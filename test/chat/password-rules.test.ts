import t from 'tap'
import { PasswordRules } from '../../src/chat/password-rules.ts'

t.test('a new password is neither the username nor a common one', async (t) => {
  const asked: string[] = []
  const rules = new PasswordRules({
    minChars: 8,
    isCommon: async (password) => {
      asked.push(password)
      return password === 'football'
    },
  })
  t.equal(await rules.check('football', 'ann'), 'must not be one of the most common passwords')
  t.equal(await rules.check('footpath', 'ann'), undefined)
  for (const password of ['ann-marie', 'ANN-marie', 'ａｎｎ-marie'])
    t.equal(await rules.check(password, 'Ann-Marie'), 'must not be the username', password)
  t.equal(await rules.check('ann-marie!', 'Ann-Marie'), undefined)
  const long = 'x'.repeat(100)
  t.equal(await rules.check(long, 'ann'), undefined)
  t.match(await rules.check('short', 'ann'), /must be 8 to 256 characters long, but has 5/)
  t.match(await rules.check(`${long}\0`, 'ann'), /U\+0000/)
  t.same(asked, ['football', 'footpath', 'ann-marie!', long], 'of what is valid otherwise')
})

t.test('without a list no password is too common', async (t) => {
  t.equal(await new PasswordRules({ minChars: 8 }).check('football', 'ann'), undefined)
})
