import t from 'tap'
import { Accounts } from '../../src/chat/accounts.ts'
import { OwnPassword } from '../../src/chat/own-password.ts'
import { PasswordRules } from '../../src/chat/password-rules.ts'
import { Passwords } from '../../src/chat/passwords.ts'
import { Sessions } from '../../src/chat/sessions.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const here = ['192.0.2.1'] as const
const [old, next] = ['correct horse', 'battery staple']

async function open() {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const passwords = new Passwords()
  const rules = new PasswordRules({ minChars: 8 })
  const common = { store, passwords, ttlMs: 60_000, passwordRules: rules }
  const accounts = new Accounts({ ...common, registration: 'open' })
  let checks = 0
  const client = {
    from: here,
    asLogin: <T>(check: () => Promise<T>) => {
      checks++
      return check()
    },
  }
  const own = new OwnPassword({ store, sessions, passwords, rules })
  const ann = await accounts.register('ann', old, here)
  const change = (currentPassword: string, newPassword: string, caller = ann) =>
    own.change(caller, { currentPassword, newPassword }, client)
  return { store, sessions, accounts, ann, change, checks: () => checks }
}

t.test('a new password takes the place of the old one, and ends other sessions', async (t) => {
  const { sessions, accounts, ann, change, checks } = await open()
  const other = await accounts.login('ann', old, here)
  await Promise.all([sessions.find(ann.id), sessions.find(other.id)])
  await change(old, next)
  t.equal(checks(), 1, 'it counts as a login')
  t.match(await refusalOf(() => sessions.find(other.id)), { code: 'unauthorized' })
  t.same(await sessions.find(ann.id), ann)
  t.match(await refusalOf(() => accounts.login('ann', old, here)), { code: 'wrong-password' })
  t.same((await accounts.login('ann', next, here)).account, ann.account)
  t.match(await refusalOf(() => change(next, old, other)), { code: 'unauthorized' })
})

t.test('a wrong password changes nothing', async (t) => {
  const { accounts, change, checks } = await open()
  t.match(await refusalOf(() => change('wrong horse', next)), { code: 'wrong-password' })
  t.equal(checks(), 1)
  await accounts.login('ann', old, here)
})

t.test('the new password is checked first, and both at once', async (t) => {
  const { change, checks } = await open()
  t.match(await refusalOf(() => change('null\0', 'short')), {
    code: 'invalid-request',
    errors: [{ pointer: '/currentPassword' }, { pointer: '/newPassword' }],
  })
  t.equal(checks(), 0)
})

t.test('of two changes at once the second finds another password', async (t) => {
  const { store, accounts, change } = await open()
  const { changePassword } = store.accounts
  store.accounts.changePassword = async (caller, wanted) => {
    await changePassword(caller, { ...wanted, passwordHash: 'of another change' })
    return changePassword(caller, wanted)
  }
  t.match(await refusalOf(() => change(old, next)), { code: 'wrong-password' })
  store.accounts.credentials = async () => ({
    account: { id: 1, username: 'ann', createdAt: 0, role: 'member' },
    passwordHash: await accountHash(old),
  })
  t.match(
    await refusalOf(() => accounts.login('ann', old, here)),
    { code: 'wrong-password' },
    'so does a login that was begun before',
  )
})

t.test('an account without a password has none to change', async (t) => {
  const { store, change } = await open()
  const bot = await store.join('bot')
  t.match(await refusalOf(() => change('', next, bot)), { code: 'no-password' })
})

function accountHash(password: string): Promise<string> {
  return new Passwords().hash(password, here)
}
