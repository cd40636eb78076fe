import t from 'tap'
import { Accounts } from '../../src/chat/accounts.ts'
import { FreshProofs } from '../../src/chat/fresh-proof.ts'
import { PasswordRules } from '../../src/chat/password-rules.ts'
import { Passwords } from '../../src/chat/passwords.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const here = ['192.0.2.1'] as const
const minute = 60_000

async function open() {
  const store = new MemoryStore()
  const passwords = new Passwords()
  const rest = {
    ttlMs: 24 * 60 * minute,
    registration: 'open',
    passwordRules: new PasswordRules({ minChars: 8 }),
  } as const
  const accounts = new Accounts({ store, passwords, ...rest })
  const session = await accounts.register('Ann', 'correct horse', here)
  let checks = 0
  const client = {
    from: here,
    asLogin: <T>(check: () => Promise<T>) => {
      checks++
      return check()
    },
  }
  const proofs = new FreshProofs(store, passwords)
  return {
    store,
    session,
    checks: () => checks,
    prove: (password?: string) => proofs.of(session, password, client),
  }
}

t.test('a login of the last ten minutes is a proof', async (t) => {
  const { store, session, prove, checks } = await open()
  store.now = () => session.createdAt + 10 * minute
  t.same(await prove(), {
    caller: { kind: 'session', session: session.id },
    proof: { kind: 'login' },
  })
  store.now = () => session.createdAt + 10 * minute + 1
  t.match(await refusalOf(() => prove()), { code: 'fresh-login-required' })
  t.equal(checks(), 0)
})

t.test('a password is one, however old the login is, and is counted as a login', async (t) => {
  const { store, session, prove, checks } = await open()
  store.now = () => session.createdAt + 60 * minute
  const passwordHash = await store.accounts.passwordHash(session.account.id)
  t.match(await prove('correct horse'), { proof: { kind: 'password', passwordHash } })
  t.match(await refusalOf(() => prove('wrong horse')), { code: 'wrong-password' })
  t.equal(checks(), 2)
  store.now = () => session.createdAt
  t.match(
    await refusalOf(() => prove('wrong horse')),
    { code: 'wrong-password' },
    'also beside a login that is fresh',
  )
})

t.test('no password is one for an account without a password', async (t) => {
  const store = new MemoryStore()
  const bot = await store.join('bot')
  const proofs = new FreshProofs(store, new Passwords())
  const asLogin = <T>(check: () => Promise<T>) => check()
  const refusal = await refusalOf(() => proofs.of(bot, '', { from: here, asLogin }))
  t.match(refusal, { code: 'wrong-password' })
})

t.test('a token for programs is no login, however new it is', async (t) => {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  const proofs = new FreshProofs(store, new Passwords())
  const asLogin = <T>(check: () => Promise<T>) => check()
  const token = { ...ann, token: { hash: 'x', scopes: ['admin'] } } as const
  t.ok(await proofs.of(ann, undefined, { from: here, asLogin }))
  const refusal = await refusalOf(() => proofs.of(token, undefined, { from: here, asLogin }))
  t.match(refusal, { code: 'fresh-login-required' })
})
