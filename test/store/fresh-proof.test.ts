import t from 'tap'
import { FRESH_LOGIN_MS, isFresh } from '../../src/store/fresh-proof.ts'

const now = 1_800_000_000_000
const facts = { loginAt: now, passwordHash: 'of ann', now }

t.test('a login is a proof for ten minutes, while its session is alive', async (t) => {
  t.equal(isFresh({ kind: 'login' }, facts), true)
  t.equal(isFresh({ kind: 'login' }, { ...facts, loginAt: now - FRESH_LOGIN_MS }), true)
  t.equal(isFresh({ kind: 'login' }, { ...facts, loginAt: now - FRESH_LOGIN_MS - 1 }), false)
  t.equal(isFresh({ kind: 'login' }, { ...facts, loginAt: undefined }), false)
})

t.test('a password is a proof while it is the one of the account', async (t) => {
  const proof = { kind: 'password', passwordHash: 'of ann' } as const
  t.equal(isFresh(proof, { ...facts, loginAt: 0 }), true)
  t.equal(isFresh(proof, { ...facts, loginAt: undefined }), false)
  t.equal(isFresh(proof, { ...facts, passwordHash: 'another' }), false)
  const none = { kind: 'password', passwordHash: '' } as const
  t.equal(isFresh(none, { ...facts, passwordHash: '' }), false, 'an account without a password')
})
