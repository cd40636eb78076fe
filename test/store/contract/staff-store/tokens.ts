import type { Test } from 'tap'
import type { FreshProof } from '../../../../src/store/fresh-proof.ts'
import type { StaffCommand } from '../../../../src/store/staff-store.ts'
import type { TokenScope } from '../../../../src/store/token-store.ts'
import { hour } from '../../fixtures.ts'
import { banUser, muteUser, setRole } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type Office, openOffice } from './office.ts'

export async function staffTokensContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('a token acts as its scopes allow, and never above the role now', async (t) => {
    const office = await openOffice(t, openFixture)
    const moderate = await programOf(office, ['read', 'moderate'])
    const admin = await programOf(office, ['admin'])
    const member = await programOf(office, ['read', 'write', 'people'])
    const roles = async () => [await moderate.role(), await admin.role(), await member.role()]
    t.same(await roles(), ['moderator', 'admin', 'member'])
    t.equal(await member.asks(banUser('dan')), 'needs-moderator')
    t.equal(await moderate.asks(setRole('cid', 'moderator')), 'needs-admin')
    t.equal(await moderate.asks(muteUser('bob')), 'not-outranked', 'it is not an admin here')
    t.equal(await moderate.asks(muteUser('cid')), 'changed')
    t.equal(await admin.asks(muteUser('bob')), 'changed')
    await office.commands(null, setRole('cid', 'admin'))
    await office.commands(null, setRole('ann', 'moderator'))
    t.same(await roles(), ['moderator', 'moderator', 'member'])
    await office.commands(null, setRole('ann', 'member'))
    t.same(await roles(), ['member', 'member', 'member'])
    t.equal(await admin.asks(muteUser('dan')), 'needs-moderator')
  })

  await t.test('a token is no fresh login, but may send the password', async (t) => {
    const office = await openOffice(t, openFixture)
    const admin = await programOf(office, ['admin'])
    const command = setRole('cid', 'moderator')
    t.equal(await admin.asks(command, { kind: 'login' }), 'not-proven')
    const password = { kind: 'password', passwordHash: 'hash of ann' } as const
    t.equal(await admin.asks(command, password), 'changed')
  })

  await t.test('a ban ends the tokens of the account', async (t) => {
    const office = await openOffice(t, openFixture)
    const program = await programOf(office, ['read'])
    await office.commands(null, setRole('bob', 'admin'))
    await office.commands(null, banUser('ann'))
    t.equal(await office.store.tokens.find('hash of read'), undefined)
    t.equal(await program.role(), undefined)
  })
}

/** A program with a token of Ann, who is an admin. */
async function programOf({ store, people: { ann } }: Office, scopes: TokenScope[]) {
  const proven = { caller: { kind: 'session', session: ann.id }, proof: { kind: 'login' } } as const
  const wanted = { hash: `hash of ${scopes}`, name: 'A program', scopes, ttlMs: hour }
  const token = await store.tokens.create(proven, wanted)
  if (typeof token === 'string') throw new Error(token)
  const caller = { kind: 'session', session: token.id } as const
  return {
    role: () => store.staff.roleOf(caller),
    asks: async (command: StaffCommand, proof: FreshProof | null = null) => {
      const outcome = await store.staff.execute({ caller, proof, address: '203.0.113.7' }, command)
      if (outcome.kind !== 'done') return outcome.kind
      return outcome.changed ? 'changed' : 'same'
    },
  }
}
