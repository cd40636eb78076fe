import t from 'tap'
import { toAccount } from '../../src/store/rows.ts'

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
