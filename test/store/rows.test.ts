import t from 'tap'
import { toAccount, toSession } from '../../src/store/rows.ts'

const row = {
  accountId: 7,
  username: 'Ann',
  accountCreatedAt: 1,
  role: 'member',
  displayName: null,
  bot: 0,
  closedAt: null,
} as const

t.test('an account has only what there is of it', async (t) => {
  const ann = { id: 7, username: 'Ann', createdAt: 1 }
  t.strictSame(toAccount(row), { ...ann, role: 'member' })
  t.strictSame(toAccount({ ...row, role: 'admin', displayName: 'Ann Lee', closedAt: 2 }), {
    ...ann,
    role: 'admin',
    displayName: 'Ann Lee',
    closed: true,
  })
  for (const bot of [1, true])
    t.strictSame(toAccount({ ...row, bot }), { ...ann, role: 'member', bot: true })
})

t.test('a session of 0.1 has its expiry for a nonce', async (t) => {
  const times = { createdAt: 1_800_000_000_000, expiresAt: 1_800_000_009_000 }
  const login = { ...row, id: 3, ...times, tokenHash: null, tokenScopes: null }
  const ofRow = (nonce: string | null) => toSession({ ...login, nonce }).nonce
  t.equal(ofRow('abc'), 'abc')
  t.equal(ofRow(null), '1800000009')
})
