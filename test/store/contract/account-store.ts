import type { Test } from 'tap'
import { hour, newAccount, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function accountStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('registers a name once', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const session = await store.accounts.register({ ...newAccount('ann'), username: 'Ann' }, hour)
    if (session === 'taken') throw new Error('nobody has it')
    t.same(session.account, {
      id: session.account.id,
      username: 'Ann',
      createdAt: clock.now(),
      role: 'member',
    })
    t.equal(await store.accounts.register(newAccount('ann'), hour), 'taken')
    t.same(await store.accounts.credentials('ann'), {
      account: session.account,
      passwordHash: 'hash of ann',
    })
    t.equal(await store.accounts.credentials('Ann'), undefined, 'names are found by their keys')
    t.equal(await store.accounts.passwordHash(session.account.id), 'hash of ann')
    t.equal(await store.accounts.passwordHash(session.account.id + 1), '', 'nobody has this number')
  })

  await t.test('registers no name that shares a skeleton or key with another', async (t) => {
    const { store } = await openStore(t, openFixture)
    const account = { key: 'ace', skeletons: ['ACE', 'ace'], passwordHash: 'x' }
    await store.accounts.register({ ...account, username: 'ACE' }, hour)
    t.equal(await store.accounts.skeletonsTaken(['ace']), true)
    t.equal(await store.accounts.skeletonsTaken(['other', 'ACE']), true)
    t.equal(await store.accounts.skeletonsTaken(['Ace', "it's"]), false)
    for (const skeletons of [['ace'], ['ACE', 'other'], ['other', 'ace']]) {
      const alike = { ...account, username: 'асе', key: 'асе', skeletons }
      t.equal(await store.accounts.register(alike, hour), 'taken', String(skeletons))
    }
    const sameKey = { ...account, username: 'Ace', skeletons: ['other'] }
    t.equal(await store.accounts.register(sameKey, hour), 'taken', 'the key alone is enough')
    t.equal(
      await store.accounts.skeletonsTaken(['other']),
      false,
      'nothing of a refused account is stored',
    )
    t.equal(await store.accounts.credentials('асе'), undefined)
    t.equal(
      (await registerUser(store, 'bob')).account.username,
      'bob',
      'other accounts are not affected',
    )
  })

  await t.test('registers one of several look-alikes that come at once', async (t) => {
    const { store } = await openStore(t, openFixture)
    // Each shares a skeleton with others.
    const all = Array.from({ length: 12 }, (_, at) => ({
      ...newAccount(`name ${at}`),
      skeletons: [`look ${at % 3}`, `look ${(at + 1) % 3}`],
    }))
    const sessions = await Promise.all(all.map((account) => store.accounts.register(account, hour)))
    t.equal(sessions.filter((session) => session !== 'taken').length, 1)
  })
}
