import t from 'tap'
import { FRESH_LOGIN_MS } from '../../src/store/fresh-proof.ts'
import { type Role, roles } from '../../src/store/person.ts'
import {
  coversScope,
  decideNewToken,
  effectiveRole,
  mayGive,
  type TokenFacts,
} from '../../src/store/token-rules.ts'
import { type TokenScope, tokenScopes } from '../../src/store/token-store.ts'

const now = 1_800_000_000_000
const facts: TokenFacts = { loginAt: now, passwordHash: 'hash', now, role: 'member', tokens: 0 }
const login = { kind: 'login' } as const

t.test('a token needs the role of its scopes, a fresh proof and room', async (t) => {
  const decide = (changed: Partial<TokenFacts>, scopes: TokenScope[] = ['read']) =>
    decideNewToken(scopes, login, { ...facts, ...changed })
  t.equal(decide({}), undefined)
  t.equal(decide({ tokens: 49 }), undefined)
  t.equal(decide({ tokens: 50 }), 'too-many-tokens')
  const stale = { loginAt: now - FRESH_LOGIN_MS - 1 }
  t.equal(decide({ ...stale, tokens: 50 }), 'not-fresh')
  t.equal(decide(stale, ['admin']), 'scope-above-role', 'the role is told before the proof')
})

t.test('only who has the role may give a scope for it', async (t) => {
  const mayGiveEach = (role: Role) => tokenScopes.filter((scope) => mayGive([scope], role))
  t.same(mayGiveEach('member'), ['read', 'write'])
  t.same(mayGiveEach('moderator'), ['read', 'write', 'moderate'])
  t.same(mayGiveEach('admin'), tokenScopes)
  t.notOk(mayGive(['read', 'admin'], 'moderator'), 'all of them count')
})

t.test('a scope covers itself, and admin covers moderate', async (t) => {
  for (const scope of tokenScopes)
    t.same(
      tokenScopes.filter((needed) => coversScope([scope], needed)),
      scope === 'admin' ? ['moderate', 'admin'] : [scope],
      scope,
    )
})

t.test('a token acts as its scopes and the role of its account both allow', async (t) => {
  const effective = (scopes: TokenScope[] | undefined) =>
    roles.map((role) => effectiveRole(role, scopes))
  t.same(effective(undefined), roles, 'the session of a login has the role')
  t.same(effective(['read', 'write', 'people']), ['member', 'member', 'member'])
  t.same(effective(['moderate']), ['member', 'moderator', 'moderator'])
  t.same(effective(['admin']), roles)
})
