import type { Test } from 'tap'
import type { StoreUpdate } from '../../../../src/store/store.ts'
import { updateListener } from '../../../support/update-listener.ts'
import { banUser, createUser, setRole } from '../../staff-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'
import { Office, openOffice } from './office.ts'

const minute = 60_000

export async function rolesContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('the console makes the first admin', async (t) => {
    const { store, clock, people } = await openHouse(t, openFixture)
    const office = new Office(store, clock, people)
    t.equal(await store.staff.hasAdmin(), false)
    t.equal(await store.staff.roleOf({ kind: 'console' }), 'admin')
    t.equal(await office.roleOf('ann'), 'member')
    t.match(await office.command(null, setRole('ann', 'admin')), {
      kind: 'done',
      user: { username: 'ann', role: 'admin' },
      changed: true,
      setupExpiresAt: null,
    })
    t.equal(await store.staff.hasAdmin(), true)
    t.equal(await office.roleOf('ann'), 'admin')
    t.equal((await store.sessions.find(people.ann.id))?.account.role, 'admin')
    t.equal(await office.asks(null, setRole('ann', 'admin')), 'same')
  })

  await t.test('a new role is told to all nodes', async (t) => {
    const office = await openOffice(t, openFixture)
    const { cid } = office.people
    const updates: StoreUpdate[] = []
    office.store.subscribe(updateListener((update) => updates.push(update)))
    await office.commands('ann', setRole('cid', 'moderator'))
    const { id } = cid.account
    t.match(updates, [{ accounts: [{ id, role: 'moderator' }], ended: [], left: [] }])
    t.equal((await office.store.sessions.find(cid.id))?.account.role, 'moderator')
    await office.commands('ann', setRole('cid', 'moderator'))
    t.equal(updates.length, 1, 'what is so already is not')
  })

  await t.test('a role is judged as it is in the transaction', async (t) => {
    const office = await openOffice(t, openFixture)
    t.equal(await office.asks('bob', setRole('cid', 'moderator')), 'needs-admin')
    t.equal(await office.asks('cid', banUser('dan')), 'needs-moderator')
    t.equal(await office.asks('ann', setRole('nobody', 'admin')), 'unknown-user')
    t.equal(await office.asks('ann', setRole('bob', 'member')), 'changed')
    t.equal(await office.asks('bob', banUser('dan')), 'needs-moderator')
    await office.store.sessions.end(office.people.ann.id)
    t.equal(await office.asks('ann', setRole('bob', 'admin')), 'session-ended')
    t.equal(await office.roleOf('ann'), undefined)
  })

  await t.test('a proof is judged again in the transaction', async (t) => {
    const office = await openOffice(t, openFixture)
    const login = { kind: 'login' } as const
    const password = { kind: 'password', passwordHash: 'hash of ann' } as const
    t.equal(await office.asks('ann', setRole('cid', 'moderator'), login), 'changed')
    office.clock.advance(11 * minute)
    t.equal(await office.asks('ann', setRole('cid', 'admin'), login), 'not-proven')
    t.equal(await office.asks('ann', setRole('cid', 'admin'), password), 'changed')
    const wrong = { ...password, passwordHash: 'another' }
    t.equal(await office.asks('ann', setRole('cid', 'member'), wrong), 'not-proven')
    t.equal(await office.asks(null, setRole('cid', 'member'), login), 'changed')
  })

  await t.test('of two admins who demote each other at once one stays', async (t) => {
    const office = await openOffice(t, openFixture)
    for (let round = 0; round < 5; round++) {
      await office.commands(null, setRole('ann', 'admin'))
      await office.commands(null, setRole('bob', 'admin'))
      const outcomes = await Promise.all([
        office.asks('ann', setRole('bob', 'member')),
        office.asks('bob', setRole('ann', 'member')),
      ])
      t.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1, `${outcomes}`)
      t.equal(await office.store.staff.hasAdmin(), true)
    }
  })

  await t.test('of two admins who ban each other at once one stays', async (t) => {
    const office = await openOffice(t, openFixture)
    await office.commands(null, setRole('bob', 'admin'))
    const outcomes = await Promise.all([
      office.asks('ann', banUser('bob')),
      office.asks('bob', banUser('ann')),
    ])
    t.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1, `${outcomes}`)
    t.equal(await office.store.staff.hasAdmin(), true)
  })

  await t.test('the last admin who can act stays', async (t) => {
    const office = await openOffice(t, openFixture)
    t.equal(await office.asks('ann', setRole('ann', 'member')), 'last-admin')
    t.equal(await office.asks(null, banUser('ann')), 'last-admin')
    await office.commands('ann', createUser('helper', true))
    t.equal(await office.asks('ann', setRole('helper', 'admin')), 'not-for-bots')
    await office.commands('ann', setRole('bob', 'admin'))
    await office.commands('ann', banUser('bob'))
    t.equal(await office.asks('ann', setRole('ann', 'member')), 'last-admin', 'the other is banned')
  })
}
