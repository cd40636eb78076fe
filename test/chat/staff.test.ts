import t from 'tap'
import { Passwords } from '../../src/chat/passwords.ts'
import { Staff } from '../../src/chat/staff.ts'
import { maxReasonChars, parseNewUser, parseRestriction } from '../../src/chat/staff-input.ts'
import { staffProblem } from '../../src/chat/staff-problems.ts'
import type { Role } from '../../src/store/person.ts'
import type { StaffRefusal } from '../../src/store/staff-rules.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const now = Date.UTC(2026, 10, 2)

t.test('each refusal of the rules is a problem', async (t) => {
  const codes: Record<StaffRefusal, string> = {
    'session-ended': 'unauthorized',
    'needs-moderator': 'forbidden',
    'needs-admin': 'forbidden',
    'not-proven': 'fresh-login-required',
    'unknown-user': 'unknown-person',
    'not-outranked': 'forbidden',
    'target-is-bot': 'forbidden',
    'not-for-bots': 'forbidden',
    'account-closed': 'account-closed',
    'target-banned': 'forbidden',
    'set-by-higher-role': 'forbidden',
    'last-admin': 'last-admin',
    'username-taken': 'username-taken',
  }
  for (const [refusal, code] of Object.entries(codes))
    t.equal(staffProblem(refusal as StaffRefusal).code, code)
})

t.test('the terms of a ban are checked', async (t) => {
  t.same(parseRestriction({}, now), { reason: null, until: null })
  const until = '2026-11-02T00:00:00.001Z'
  t.same(parseRestriction({ reason: 'Spam', until }, now), { reason: 'Spam', until: now + 1 })
  t.same(parseRestriction({ until: '2026-11-02t02:00:01+02:00' }, now).until, now + 1000)
  const wrong = ['2026-11-02T00:00:00Z', '2026-13-02T00:00:00Z', '2027-01-01', 'soon', '']
  for (const until of wrong)
    t.match(await refusalOf(() => parseRestriction({ until }, now)), {
      errors: [{ pointer: '/until', detail: /RFC 3339/ }],
    })
  for (const reason of ['', 'x'.repeat(maxReasonChars + 1), 'a\0'])
    t.match(await refusalOf(() => parseRestriction({ reason }, now)), {
      errors: [{ pointer: '/reason' }],
    })
})

t.test('a new account is checked', async (t) => {
  const key = { key: 'zoe', username: 'Zoe', displayName: null }
  t.match(parseNewUser({ username: 'Zoe' }), { ...key, bot: false })
  t.match(parseNewUser({ username: 'Zoe', bot: true }), { ...key, bot: true })
  t.match(await refusalOf(() => parseNewUser({ username: '-' })), {
    errors: [{ pointer: '/username' }],
  })
})

t.test('the role is told before the proof, and before anything of the target', async (t) => {
  const memory = new MemoryStore()
  const session = await memory.join('ann')
  let role: Role | undefined
  const store = { ...memory, now: () => Date.now() + 11 * 60_000 }
  const roles = { ...memory.staff, roleOf: async () => role }
  const staff = new Staff({ ...store, staff: roles } as never, new Passwords())
  const client = { from: ['192.0.2.1'] as const, asLogin: <T>(check: () => Promise<T>) => check() }
  const setRole = () =>
    staff.setRole({ session, address: '192.0.2.1' }, 'nobody', 'admin', {
      password: undefined,
      client,
    })
  t.match(await refusalOf(setRole), { code: 'unauthorized' })
  role = 'moderator'
  t.match(await refusalOf(setRole), { code: 'forbidden' })
  role = 'admin'
  t.match(await refusalOf(setRole), { code: 'fresh-login-required' })
})
