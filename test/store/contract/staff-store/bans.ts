import type { Test } from 'tap'
import type { StoreUpdate } from '../../../../src/store/store.ts'
import { updateListener } from '../../../support/update-listener.ts'
import { hour, openSession } from '../../fixtures.ts'
import { banUser, unbanUser } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openOffice } from './office.ts'

export async function bansContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('a ban ends all sessions for good, and tells so', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store, people } = office
    const { account } = people.cid
    const phone = await openSession(store, account.id, hour)
    await store.presence.change({ enter: [people.cid], leave: [] })
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const until = office.clock.now() + 2 * hour
    t.equal(await office.asks('bob', banUser('cid', { reason: 'spam', until })), 'changed')
    const ended = [people.cid.id, phone.id].sort((one, other) => one - other)
    const [update] = updates
    t.same(
      update?.ended.toSorted((one, other) => one - other),
      ended,
    )
    t.same(
      update?.banned?.toSorted((one, other) => one - other),
      ended,
    )
    t.same(update?.left, [people.cid.id])
    t.equal(await office.isAlive('cid'), false)
    t.equal((await office.post('cid', 'hi')).kind, 'session-ended')
    t.equal(await store.sessions.open(account.id, hour), 'banned')
    const login = (hash: string) => store.sessions.openWithPassword(account.id, hash, hour)
    t.equal(await login('hash of cid'), 'banned')
    t.match(await store.staff.restriction('ban', account.id), {
      reason: 'spam',
      until,
      by: { username: 'bob' },
      byRole: 'moderator',
    })

    t.equal(await office.asks('bob', unbanUser('cid')), 'changed')
    t.equal(await store.staff.restriction('ban', account.id), undefined)
    t.equal(await office.isAlive('cid'), false, 'what ended stays ended')
    t.not(await store.sessions.open(account.id, hour), 'banned')
  })

  await t.test('a ban is over when it says', async (t) => {
    const office = await openOffice(t, openFixture)
    const { id } = office.people.cid.account
    const until = office.clock.now() + hour
    await office.commands('bob', banUser('cid', { until }))
    t.equal(await office.store.sessions.open(id, hour), 'banned')
    office.clock.advance(hour)
    t.equal(await office.store.staff.restriction('ban', id), undefined)
    t.not(await office.store.sessions.open(id, hour), 'banned')
    t.equal(await office.asks('bob', unbanUser('cid')), 'same')
    t.equal(await office.asks('bob', banUser('cid', { until })), 'changed', 'a new one')
  })

  await t.test('the same ban again changes nothing', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands('bob', banUser('cid', { reason: 'spam' }))
    const { at } = (await office.store.staff.restriction('ban', office.id('cid'))) ?? {}
    office.clock.advance(1)
    t.equal(await office.asks('bob', banUser('cid', { reason: 'spam' })), 'same')
    t.equal((await office.store.staff.restriction('ban', office.id('cid')))?.at, at)
    t.equal(await office.asks('ann', banUser('cid', { reason: 'spam' })), 'changed')
    t.equal(await office.asks('bob', unbanUser('cid')), 'set-by-higher-role')
    t.equal(await office.asks(null, banUser('cid')), 'changed')
    t.match(await office.store.staff.restriction('ban', office.id('cid')), {
      reason: null,
      by: null,
      byRole: 'admin',
    })
  })

  await t.test('nothing of the banned is stored after the answer', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store } = office
    const posts: Promise<string>[] = []
    for (let count = 0; count < 20; count++)
      posts.push(office.post('cid', `post ${count}`).then(({ kind }) => kind))
    const logins = [1, 2, 3].map(() => store.sessions.open(office.id('cid'), hour))
    await office.commands('bob', banUser('cid'))
    const { head } = await store.log.bounds()
    const kinds = await Promise.all(posts)
    t.equal((await store.log.bounds()).head, head)
    t.equal(kinds.filter((kind) => kind === 'appended').length, head)
    for (const session of await Promise.all(logins))
      if (session !== 'banned') t.equal(await store.sessions.find(session.id), undefined)
  })
}
