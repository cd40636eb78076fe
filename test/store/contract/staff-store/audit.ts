import type { Test } from 'tap'
import type { AuditQuery, AuditRecord } from '../../../../src/store/audit-store.ts'
import { hour } from '../../fixtures.ts'
import {
  banUser,
  createUser,
  issueSetup,
  muteUser,
  setRole,
  setupHash,
  unbanUser,
  unmuteUser,
} from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openOffice } from './office.ts'

const all: AuditQuery = { before: null, limit: 100, by: null, action: null }

function sentenceOf({ by, action, target, detail }: AuditRecord): string {
  const refused = detail?.refused ? `: ${detail.refused}` : ''
  return `${by?.username ?? 'console'} ${action} ${target?.username ?? '-'}${refused}`
}

export async function auditContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('each change has a record, and what changes nothing has none', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store, clock } = office
    const until = clock.now() + hour
    for (const command of [
      createUser('zoe'),
      banUser('cid', { reason: 'spam', until }),
      banUser('cid', { reason: 'spam', until }),
      unbanUser('cid'),
      unbanUser('cid'),
      muteUser('cid'),
      unmuteUser('cid'),
      setRole('cid', 'moderator'),
      setRole('cid', 'moderator'),
      issueSetup('cid'),
    ])
      await office.commands('ann', command)
    const use = {
      hash: setupHash('cid'),
      passwordHash: 'new',
      ttlMs: hour,
      client: { address: '203.0.113.9' },
    }
    await store.staff.useSetupCode(use)
    await store.staff.useSetupCode(use)

    const { records, more } = await store.audit.list(all)
    t.same(records.map(sentenceOf), [
      'cid setup-used cid',
      'ann setup-issued cid',
      'ann role-set cid',
      'ann unmuted cid',
      'ann muted cid',
      'ann unbanned cid',
      'ann banned cid',
      'ann user-created zoe',
      'console role-set bob',
      'console role-set ann',
    ])
    t.equal(more, false)
    t.match(records[0], { via: 'setup-code', address: '203.0.113.9', detail: null })
    t.match(records[2], {
      via: 'session',
      at: clock.now(),
      address: '203.0.113.7',
      detail: { role: 'moderator', before: 'member' },
    })
    t.same(records[6]?.detail, { reason: 'spam', until })
    t.same(records[7]?.detail, { username: 'zoe', bot: false })
    t.match(records[9], { by: null, via: 'console', address: null })
  })

  await t.test('what is refused to the staff has a record, to members it has none', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.command('cid', banUser('dan'))
    await office.command('bob', banUser('ann', { reason: 'why not' }))
    await office.command('bob', setRole('nobody', 'admin'))
    const { records } = await office.store.audit.list({ ...all, limit: 2 })
    t.same(records.map(sentenceOf), [
      'bob role-set -: needs-admin',
      'bob banned ann: not-outranked',
    ])
    t.same(records[1]?.detail, { reason: 'why not', until: null, refused: 'not-outranked' })
    t.equal(await office.isAlive('ann'), true)
  })

  await t.test('is read in parts', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands('ann', muteUser('cid'))
    await office.commands('bob', muteUser('dan'))
    const list = async (query: Partial<AuditQuery>) =>
      (await office.store.audit.list({ ...all, ...query })).records.map(sentenceOf)
    const [ann, bob] = [office.id('ann'), office.id('bob')]
    t.same(await list({ by: bob }), ['bob muted dan'])
    t.same(await list({ by: 'console' }), ['console role-set bob', 'console role-set ann'])
    t.same(await list({ action: 'muted' }), ['bob muted dan', 'ann muted cid'])
    t.same(await list({ action: 'muted', by: ann }), ['ann muted cid'])
    t.same(await list({ action: 'muted', by: 'console' }), [])
    const first = await office.store.audit.list({ ...all, limit: 3 })
    t.equal(first.more, true)
    const before = first.records.at(-1)?.id as number
    t.same(await list({ before }), ['console role-set ann'])
  })

  await t.test('is deleted in steps, the oldest first', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store, clock } = office
    await office.commands('ann', issueSetup('cid'))
    clock.advance(24 * hour)
    const before = clock.now()
    await office.commands('ann', muteUser('cid'))
    t.same(await store.retention.deleteRecords(undefined), { more: false })
    t.equal((await store.audit.list(all)).records.length, 4)
    t.same(await store.retention.deleteRecords(before), { more: false })
    t.same((await store.audit.list(all)).records.map(sentenceOf), ['ann muted cid'])
  })
}
