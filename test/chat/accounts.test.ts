import t from 'tap'
import { Accounts, type AccountsOptions } from '../../src/chat/accounts.ts'
import type { Networks } from '../../src/chat/password-queue.ts'
import { PasswordRules } from '../../src/chat/password-rules.ts'
import { Passwords } from '../../src/chat/passwords.ts'
import { hashOfCode } from '../../src/chat/staff-input.ts'
import { Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const ttlMs = 3_600_000
const here = ['192.0.2.1'] as const

class CountingPasswords extends Passwords {
  costly = 0

  override hash(password: string, from: Networks): Promise<string> {
    this.costly++
    return super.hash(password, from)
  }

  override verify(password: string, phc: string | undefined, from: Networks): Promise<boolean> {
    this.costly++
    return super.verify(password, phc, from)
  }
}

function open(options: Partial<AccountsOptions> = {}) {
  const store = new MemoryStore()
  const passwords = new CountingPasswords()
  const rest = {
    ttlMs,
    registration: 'open',
    passwordRules: new PasswordRules({ minChars: 8 }),
  } as const
  const accounts = new Accounts({ store, passwords, ...rest, ...options })
  return { store, passwords, accounts }
}

t.test('registering logs in, and the same person can log in again', async (t) => {
  const { accounts } = open()
  const first = await accounts.register('Ann', 'correct horse', here)
  t.equal(first.account.username, 'Ann')
  t.equal(first.expiresAt - first.createdAt, ttlMs)
  const second = await accounts.login('aNN', 'correct horse', here)
  t.same(second.account, first.account)
  t.equal(second.expiresAt - second.createdAt, ttlMs)
  t.not(second.id, first.id)
})

t.test('nobody logs in to an account without a password', async (t) => {
  const { accounts, store, passwords } = open()
  await accounts.register('ann', 'correct horse', here)
  const known = await store.accounts.credentials('ann')
  store.accounts.credentials = async () => known && { ...known, passwordHash: '' }
  passwords.costly = 0
  for (const password of ['', 'correct horse'])
    t.match(await refusalOf(() => accounts.login('ann', password, here)), {
      code: 'wrong-password',
    })
  t.equal(passwords.costly, 2, 'after the same work')
})

t.test('who is banned learns so after the right password alone', async (t) => {
  const { accounts, store } = open()
  const { account } = await accounts.register('ann', 'correct horse', here)
  const ban = { reason: null, until: null, at: 0, by: null, byRole: 'admin' } as const
  store.banned.set(account.id, ban)
  const login = (password: string) => refusalOf(() => accounts.login('ann', password, here))
  t.match(await login('wrong horse'), { code: 'wrong-password' })
  const refusal = await login('correct horse')
  t.match(refusal, { code: 'banned' })
  t.notOk('reason' in refusal || 'until' in refusal)
  store.banned.set(account.id, { ...ban, reason: 'spam', until: 1_900_000_000_000 })
  t.match(await login('correct horse'), { reason: 'spam', until: 1_900_000_000_000 })
})

t.test('a setup code sets a password', async (t) => {
  const { accounts, store } = open()
  await accounts.register('ann', 'correct horse', here)
  store.setupCodes.set(hashOfCode('the code'), 'ann')
  const setUp = (code: string, password: string) => accounts.setUp(code, password, here)
  t.match(await setUp('the code', 'a new horse'), { account: { username: 'ann' } })
  t.match(await refusalOf(() => setUp('a code', 'a new horse')), { code: 'wrong-credentials' })
  const { useSetupCode } = store.staff
  store.staff.useSetupCode = async () => 'unknown-code' as const
  t.match(
    await refusalOf(() => setUp('the code', 'a new horse')),
    { code: 'wrong-credentials' },
    'somebody else was first',
  )
  store.staff.useSetupCode = useSetupCode
  t.match(await refusalOf(() => setUp('the code', 'short')), {
    code: 'invalid-request',
    errors: [{ pointer: '/newPassword' }],
  })
})

t.test(
  'login distinguishes an unknown name from a wrong password, after the same work',
  async (t) => {
    const { accounts, passwords } = open()
    await accounts.register('ann', 'correct horse', here)
    const names = ['ann', 'bob', 'b', 'x'.repeat(5000), '', 'server']
    passwords.costly = 0
    for (const name of names) {
      const code = name === 'ann' ? 'wrong-password' : 'unknown-user'
      t.match(await refusalOf(() => accounts.login(name, 'wrong', here)), { code }, name)
    }
    t.equal(passwords.costly, names.length)
  },
)

t.test('login does not reveal which of the two is wrong if registration is closed', async (t) => {
  const { accounts, store, passwords } = open()
  await accounts.register('ann', 'correct horse', here)
  const closed = new Accounts({
    store,
    passwords,
    ttlMs,
    registration: 'closed',
    passwordRules: new PasswordRules({ minChars: 8 }),
  })
  const wrongName = await refusalOf(() => closed.login('bob', 'wrong', here))
  t.equal(wrongName.code, 'wrong-credentials')
  t.same(await refusalOf(() => closed.login('ann', 'wrong', here)), wrongName)
  t.equal((await closed.login('ann', 'correct horse', here)).account.username, 'ann')
})

t.test('closed registration is reported before the name is checked', async (t) => {
  const { accounts, store } = open({ registration: 'closed' })
  t.match(await refusalOf(() => accounts.register('', '\0', here)), { code: 'registration-closed' })
  t.same(store.calls, [])
})

t.test('errors in both fields are reported together', async (t) => {
  const { accounts, store } = open()
  const refused = await refusalOf(() => accounts.register('.', 'short', here))
  t.match(refused, {
    code: 'invalid-request',
    detail: /^username: must .+; password: must /,
    errors: [
      { pointer: '/username', detail: 'must be 2 to 32 characters long, but has 1' },
      { pointer: '/password', detail: 'must be 8 to 256 characters long, but has 5' },
    ],
  })
  t.same(store.calls, [])
})

t.test('a new password is any characters, within the length limits', async (t) => {
  const { accounts } = open({ passwordRules: new PasswordRules({ minChars: 2 }) })
  await accounts.register('ann', '🐎\u0001', here)
  await accounts.register('bob', '🐎'.repeat(256), here)
  for (const password of ['🐎', '🐎'.repeat(257), 'null\0', 'lone\uD800']) {
    t.match(await refusalOf(() => accounts.register('cid', password, here)), {
      code: 'invalid-request',
      errors: [{ pointer: '/password' }],
    })
  }
})

t.test('login accepts a password of any length, but only a valid string', async (t) => {
  const { accounts } = open()
  t.match(await refusalOf(() => accounts.login('ann', '', here)), { code: 'unknown-user' })
  t.match(await refusalOf(() => accounts.login('ann', 'x'.repeat(1000), here)), {
    code: 'unknown-user',
  })
  t.match(await refusalOf(() => accounts.login('a\0', 'lone\uD800', here)), {
    code: 'invalid-request',
    errors: [{ pointer: '/username' }, { pointer: '/password' }],
  })
})

t.test('a name that is taken or reserved is refused before the costly hash', async (t) => {
  const { accounts, passwords } = open()
  await accounts.register('Ann', 'correct horse', here)
  for (const name of ['ann', 'ＡＮＮ', 'System']) {
    const refused = await refusalOf(() => accounts.register(name, 'another horse', here))
    t.equal(refused.code, 'username-taken', name)
  }
  t.equal(passwords.costly, 1)
})

t.test('a name that looks like another is refused, and cannot log in as it', async (t) => {
  const { accounts } = open()
  const pairs = [
    ['ace', 'асе'],
    ['Ivan', 'lvan'],
    ['dinner', 'dınner'],
    ['straße', 'STRASSE'],
    ['Νίκος', 'ΝΊΚΟΣ'],
  ]
  for (const [name, other] of pairs as [string, string][]) {
    await accounts.register(name, 'correct horse', here)
    const refused = await refusalOf(() => accounts.register(other, 'another horse', here))
    t.match(refused, { code: 'username-taken', detail: /reads or looks the same/ }, other)
  }
  for (const other of ['асе', 'lvan', 'dınner']) {
    const refused = await refusalOf(() => accounts.login(other, 'correct horse', here))
    t.equal(refused.code, 'unknown-user', other)
  }
  t.equal((await accounts.login('STRASSE', 'correct horse', here)).account.username, 'straße')
  t.equal((await accounts.login('ΝΊΚΟΣ', 'correct horse', here)).account.username, 'Νίκος')
  t.match(await refusalOf(() => accounts.register('ɑdmin', 'correct horse', here)), {
    code: 'username-taken',
    detail: /looks like it, is reserved/,
  })
})

t.test('names from before 0.2 that share a key today stay two accounts', async (t) => {
  const { accounts, store, passwords } = open()
  const passwordHash = await passwords.hash('correct horse', here)
  for (const [username, key] of [
    ['Straße', 'straße'],
    ['Strasse', 'strasse'],
  ] as const) {
    await store.accounts.register({ username, key, skeletons: [username], passwordHash }, ttlMs)
  }
  for (const [typed, username] of [
    ['Straße', 'Straße'],
    ['STRAßE', 'Straße'],
    ['Strasse', 'Strasse'],
    ['STRASSE', 'Strasse'],
  ] as const) {
    const session = await accounts.login(typed, 'correct horse', here)
    t.equal(session.account.username, username, typed)
  }
})

t.test('only one of two simultaneous registrations of a name succeeds', async (t) => {
  const { accounts } = open()
  const both = await Promise.allSettled([
    accounts.register('ann', 'correct horse', here),
    accounts.register('ANN', 'another horse', here),
  ])
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.match(
    both.find(({ status }) => status === 'rejected'),
    { reason: { code: 'username-taken' } },
  )
})

t.test('nobody can register or log in while the store is unavailable', async (t) => {
  const { accounts, store } = open()
  store.failure = new Unavailable('away')
  t.match(await refusalOf(() => accounts.register('ann', 'correct horse', here)), {
    code: 'unavailable',
  })
  t.match(await refusalOf(() => accounts.login('ann', 'correct horse', here)), {
    code: 'unavailable',
  })
})
