import type { Test } from 'tap'
import { draft, hour, newBatchId } from '../../fixtures.ts'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { create, put, remove, update } from '../../room-commands.ts'
import { muteUser, unmuteUser } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openOffice } from './office.ts'

export async function mutesContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('who is muted reads, and writes nothing', async (t) => {
    const office = await openOffice(t, openFixture)
    const { store } = office
    const said = await office.said('cid', 'before', { key: 'once' })
    const other = await office.said('dan', 'of another')
    await office.changed('cid', react(other))
    await office.done('cid', create('tea'))
    await office.done('dan', create('den'))
    const until = office.clock.now() + hour
    t.equal(await office.asks('bob', muteUser('cid', { reason: 'loud', until })), 'changed')

    for (const options of [{}, { to: 'dan' }, { room: 'tea' }])
      t.equal((await office.post('cid', 'hi', options)).kind, 'muted')
    const again = [draft(office.people.cid, 'before', { key: 'once' })]
    t.match(await store.log.append(again, newBatchId()), [{ kind: 'replayed' }])
    t.equal(await office.tries('cid', edit(said, 'after')), 'muted')
    t.equal(await office.tries('cid', react(other, '🎉')), 'muted')
    t.equal(await office.kind('cid', create('more')), 'muted')
    t.equal(await office.kind('cid', update('tea', { topic: 'Loud' })), 'muted')
    t.equal(await office.kind('cid', put('tea', 'dan')), 'muted')
    for (const key of [
      { type: 'room', key: 'tea' },
      { type: 'direct', key: 'dan' },
    ] as const)
      t.equal(await store.conversations.tellTyping(office.person('cid'), key), 'muted')

    const caller = { kind: 'session', session: office.people.cid.id } as const
    const name = { displayName: 'Cid', displayKey: 'cid', skeletons: ['cid'], minIntervalMs: 0 }
    t.equal(await store.accounts.setDisplayName(caller, name), 'muted')

    t.equal(await office.tries('cid', unreact(other)), 'changed', 'they may take back')
    t.equal(await office.tries('cid', erase(said)), 'changed')
    t.equal(await office.kind('cid', put('den', 'cid')), 'done', 'come and go')
    t.equal(await office.kind('cid', remove('den', 'cid')), 'done')
    t.equal(await office.marks('cid', { type: 'everyone' }, other), 'done')

    t.match(await store.staff.restriction('mute', office.id('cid')), { reason: 'loud', until })
    office.clock.advance(hour)
    t.equal((await office.post('cid', 'hi')).kind, 'appended', 'until it is over')
  })

  await t.test('a mute is lifted', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands('bob', muteUser('cid'))
    t.equal(await office.asks('bob', muteUser('cid')), 'same')
    t.equal((await office.post('cid', 'hi')).kind, 'muted')
    t.equal(await office.asks('bob', unmuteUser('cid')), 'changed')
    t.equal(await office.asks('bob', unmuteUser('cid')), 'same')
    t.equal((await office.post('cid', 'hi')).kind, 'appended')
  })
}
