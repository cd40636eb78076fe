import type { Test } from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { hour, newAccount, openSession, registerUser } from '../fixtures.ts'
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

  await t.test('changes a password, and ends the other sessions of the account', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const { id } = ann.account
    const [second, third] = [await openSession(store, id, hour), await openSession(store, id, hour)]
    await store.presence.change({ enter: [ann, second], leave: [] })
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const change = ({ id: session }: Session, verifiedHash: string, passwordHash: string) =>
      store.accounts.changePassword(
        { kind: 'session', session },
        { verifiedHash, passwordHash, endTokens: true },
      )

    t.equal(await change(ann, 'another', 'new'), 'password-changed')
    t.equal(await store.accounts.passwordHash(id), 'hash of ann')
    t.same(updates, [])
    const ended = await change(ann, 'hash of ann', 'new')
    t.same(new Set(ended as number[]), new Set([second.id, third.id]))
    t.same(new Set(updates.flatMap((update) => update.ended)), new Set([second.id, third.id]))
    t.same(
      updates.flatMap(({ left }) => left),
      [second.id],
    )
    t.equal(await store.accounts.passwordHash(id), 'new')
    t.same(await store.sessions.find(ann.id), ann)
    t.same(await store.sessions.find(bob.id), bob)
    t.equal(await change(second, 'new', 'newer'), 'session-ended')
    t.equal(await store.accounts.passwordHash(id), 'new')
    t.same(await change(ann, 'new', 'newer'), [])
    t.equal(await store.accounts.passwordHash(bob.account.id), 'hash of bob')
  })

  await t.test('opens no session with a password that is not the account’s any more', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const open = (hash: string) =>
      store.sessions.openWithPassword(ann.account.id, hash, hour, { address: '192.0.2.7' })
    const opened = await open('hash of ann')
    t.match(opened, { account: ann.account })
    const addresses = (await store.sessions.ofAccount(ann.account.id)).map((one) => one.address)
    t.same(new Set(addresses), new Set(['192.0.2.7', undefined]))
    const caller = { kind: 'session', session: ann.id } as const
    const [, late] = await Promise.all([
      store.accounts.changePassword(caller, {
        verifiedHash: 'hash of ann',
        passwordHash: 'new',
        endTokens: true,
      }),
      open('hash of ann'),
    ])
    if (typeof late !== 'string') t.equal(await store.sessions.find(late.id), undefined)
    t.equal(await open('hash of ann'), 'password-changed')
    t.match(await open('new'), { account: ann.account })
  })

  await t.test('gives an account another display name', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const minute = 60_000
    const set = (displayName: string | null, skeletons: string[] = [], { id: session } = ann) =>
      store.accounts.setDisplayName(
        { kind: 'session', session },
        {
          displayName,
          displayKey: displayName?.toLowerCase() ?? null,
          skeletons,
          minIntervalMs: minute,
        },
      )
    t.same(await set(null), ann.account, 'there is none, and none is wanted')
    t.equal(await set('bob', ['bob', 'other']), 'looks-like-another')
    t.same(updates, [])
    const named = { ...ann.account, displayName: 'Ann' }
    t.same(await set('Ann', ['ann', 'ANN']), named, 'one may look like oneself')
    t.match(updates, [{ accounts: [named], entries: [], ended: [] }])
    t.same((await store.sessions.find(ann.id))?.account, named)
    t.same((await store.accounts.credentials('ann'))?.account, named)
    clock.advance(minute - 1)
    t.equal(await set('Anne'), 'too-soon')
    t.equal(await set(null), 'too-soon')
    t.same(await set('Ann'), named, 'the same again')
    clock.advance(1)
    t.same(await set(null), ann.account)
    t.match(updates.slice(1), [{ accounts: [ann.account] }])
    t.same(await set('Ann', [], bob), { ...bob.account, displayName: 'Ann' })
    await store.sessions.end(bob.id)
    t.equal(await set('Bobby', [], bob), 'session-ended')
  })

  await t.test('finds accounts by their keys, and by the beginning of a name', async (t) => {
    const { store } = await openStore(t, openFixture)
    const people = ['ann', 'anna', 'anne', 'bob', 'ånn', 'zoe']
    const sessions = new Map<string, Session>()
    for (const name of people) sessions.set(name, await registerUser(store, name))
    const name = (username: string, displayKey: string) =>
      store.accounts.setDisplayName(
        { kind: 'session', session: (sessions.get(username) as Session).id },
        { displayName: displayKey.toUpperCase(), displayKey, skeletons: [], minIntervalMs: 0 },
      )
    await name('zoe', 'ann of the hills')
    await name('anna', 'anna')
    await name('bob', 'ænn')
    const byKeys = async (...keys: string[]) =>
      (await store.accounts.byKeys(keys)).map(({ username }) => username)
    t.same(await byKeys('zoe', 'ann', 'nobody', 'Ann'), ['ann', 'zoe'])
    t.same(await byKeys(), [])
    const [zoe] = await store.accounts.byKeys(['zoe'])
    t.match(zoe, { displayName: 'ANN OF THE HILLS' })
    const search = async (key: string, displayKey = key, limit = 20) =>
      (await store.accounts.search({ key, displayKey }, limit)).map(({ username }) => username)
    t.same(await search('ann'), ['ann', 'anna', 'anne', 'zoe'], 'each once, usernames first')
    t.same(await search('ann', 'ann', 2), ['ann', 'anna'])
    t.same(await search('', 'ann o'), ['zoe'])
    t.same(await search('å'), ['ånn'])
    t.same(await search('æ'), ['bob'])
    t.same(await search('%'), [])
    t.same(await search(''), [])
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
