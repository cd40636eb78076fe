import type { Test } from 'tap'
import { hour } from '../../fixtures.ts'
import {
  banUser,
  createUser,
  issueSetup,
  setRole,
  setupCode,
  setupHash,
  unbanUser,
} from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type Office, openOffice } from './office.ts'

function useCode({ store }: Office, name: string) {
  const address = '203.0.113.9'
  return store.staff.useSetupCode({
    hash: setupHash(name),
    passwordHash: 'new hash',
    ttlMs: hour,
    client: { address },
  })
}

export async function setupContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('an account is made without a password', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store, clock } = office
    t.match(await office.commands('ann', createUser('Zoe')), {
      user: { username: 'Zoe', role: 'member', createdAt: clock.now() },
      changed: true,
      setupExpiresAt: clock.now() + 24 * hour,
    })
    t.equal((await store.accounts.credentials('zoe'))?.passwordHash, '')
    t.equal(await office.asks('ann', createUser('zoe')), 'username-taken')
    const session = await useCode(office, 'zoe')
    t.match(session, { account: { username: 'Zoe' }, expiresAt: clock.now() + hour })
    t.equal((await store.accounts.credentials('zoe'))?.passwordHash, 'new hash')
    t.same((await store.staff.list({ ...everyone, prefix: 'zoe' })).users[0]?.sessions, 1)
  })

  await t.test('a bot has no code', async (t) => {
    const office = await openOffice(t, openFixture)
    const { user, setupExpiresAt } = await office.commands('ann', createUser('helper', true))
    t.match(user, { username: 'helper', bot: true, role: 'member' })
    t.equal(setupExpiresAt, null)
    t.equal(await office.asks('ann', issueSetup('helper')), 'not-for-bots')
  })

  await t.test('a code is good once, and ends the sessions before it', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands('ann', issueSetup('cid'))
    t.equal(await useCode(office, 'nobody'), 'unknown-code')
    t.equal(await office.isAlive('cid'), true)
    const session = await useCode(office, 'cid')
    t.not(session, 'unknown-code')
    t.equal(await office.isAlive('cid'), false)
    if (session !== 'unknown-code') t.ok(await office.store.sessions.find(session.id))
    t.equal(await useCode(office, 'cid'), 'unknown-code')
    t.equal(await office.asks('ann', issueSetup('ann')), 'not-outranked')
    t.equal(await office.asks(null, issueSetup('ann')), 'changed', 'the console may')
    t.equal(await office.store.staff.setupUser(setupHash('ann')), 'ann')
    t.equal(await office.store.staff.setupUser(setupHash('nobody')), undefined)
    const use = { hash: setupHash('ann'), passwordHash: 'of ann', ttlMs: hour, client: {} }
    t.match(await office.store.staff.useSetupCode(use), { account: { role: 'admin' } })
    t.equal(await office.store.staff.setupUser(setupHash('ann')), undefined, 'it is used up')
  })

  await t.test(
    'a code is void after a day, a newer one, a ban, and once its maker could not make it',
    async (t) => {
      const office = await openOffice(t, openFixture)
      await office.commands('ann', issueSetup('cid'))
      office.clock.advance(24 * hour)
      t.equal(await useCode(office, 'cid'), 'unknown-code', 'a day')

      await office.commands('ann', issueSetup('cid'))
      await office.commands('ann', {
        kind: 'issue-setup',
        user: 'cid',
        setup: setupCode('newer'),
      })
      t.equal(await useCode(office, 'cid'), 'unknown-code', 'a newer one')

      await office.commands('ann', issueSetup('cid'))
      await office.commands('ann', banUser('cid'))
      await office.commands('ann', unbanUser('cid'))
      t.equal(await useCode(office, 'cid'), 'unknown-code', 'a ban')

      await office.commands('ann', setRole('bob', 'admin'))
      await office.commands('bob', issueSetup('cid'))
      await office.commands('ann', setRole('bob', 'member'))
      t.equal(await useCode(office, 'cid'), 'unknown-code', 'the maker is no admin')
      await office.commands('ann', setRole('bob', 'admin'))
      await office.commands('ann', banUser('bob'))
      t.equal(await useCode(office, 'cid'), 'unknown-code', 'the maker is banned')

      await office.commands('ann', issueSetup('dan'))
      await office.commands('ann', setRole('dan', 'admin'))
      t.equal(await useCode(office, 'dan'), 'unknown-code', 'it is for an admin now')
      t.equal((await office.store.accounts.credentials('dan'))?.passwordHash, 'hash of dan')
      t.equal(await office.isAlive('dan'), true)
    },
  )
}

const everyone = { prefix: null, role: null, banned: null, after: null, limit: 10 }
