import type { Test } from 'tap'
import type { StaffQuery } from '../../../../src/store/staff-store.ts'
import { banUser, createUser, muteUser } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openOffice } from './office.ts'

const everyone: StaffQuery = { prefix: null, role: null, banned: null, after: null, limit: 10 }

export async function listContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('lists accounts for the staff', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands('ann', createUser('Danny'))
    await office.commands('bob', banUser('cid', { reason: 'spam' }))
    await office.commands('ann', muteUser('dan'))
    const list = (query: Partial<StaffQuery>) => office.store.staff.list({ ...everyone, ...query })
    const names = async (query: Partial<StaffQuery>) =>
      (await list(query)).users.map(({ account }) => account.username)

    t.same(await names({}), ['ann', 'bob', 'cid', 'dan', 'Danny'])
    t.same(await names({ prefix: 'dan' }), ['dan', 'Danny'])
    t.same(await names({ after: 'bob', limit: 2 }), ['cid', 'dan'])
    t.equal((await list({ limit: 4 })).more, true)
    t.equal((await list({ limit: 5 })).more, false)
    t.same(await names({ role: 'admin' }), ['ann'])
    t.same(await names({ role: 'moderator', prefix: 'a' }), [])
    t.same(await names({ role: 'member' }), ['cid', 'dan', 'Danny'])
    t.same(await names({ banned: true }), ['cid'])
    t.same(await names({ banned: true, role: 'admin' }), [])
    t.same(await names({ banned: false, role: 'member' }), ['dan', 'Danny'])

    const [cid, dan, danny] = (await list({ after: 'bob' })).users
    t.match(cid, { ban: { reason: 'spam', by: { username: 'bob' } }, mute: null, sessions: 0 })
    t.match(dan, { ban: null, mute: { reason: null, byRole: 'admin' }, sessions: 1 })
    t.type(dan?.lastSeenAt, 'number')
    t.match(danny, { lastSeenAt: null, sessions: 0 })
  })
}
