import type { Test } from 'tap'
import type { Session, StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { hour, newAccount, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'

export async function accountsContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('registers a name once', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const session = await store.register({ ...newAccount('ann'), username: 'Ann' }, hour)
    if (session === 'taken') throw new Error('nobody has it')
    t.same(session.account, { id: session.account.id, username: 'Ann', createdAt: clock.now() })
    t.equal(await store.register(newAccount('ann'), hour), 'taken')
    t.same(await store.credentials('ann'), {
      account: session.account,
      passwordHash: 'hash of ann',
    })
    t.equal(await store.credentials('Ann'), undefined, 'names are found by their keys')
  })

  await t.test('registers no name that shares a skeleton or key with another', async (t) => {
    const { store } = await openStore(t, openFixture)
    const account = { key: 'ace', skeletons: ['ACE', 'ace'], passwordHash: 'x' }
    await store.register({ ...account, username: 'ACE' }, hour)
    t.equal(await store.skeletonsTaken(['ace']), true)
    t.equal(await store.skeletonsTaken(['other', 'ACE']), true)
    t.equal(await store.skeletonsTaken(['Ace', "it's"]), false)
    for (const skeletons of [['ace'], ['ACE', 'other'], ['other', 'ace']]) {
      const alike = { ...account, username: 'асе', key: 'асе', skeletons }
      t.equal(await store.register(alike, hour), 'taken', String(skeletons))
    }
    const sameKey = { ...account, username: 'Ace', skeletons: ['other'] }
    t.equal(await store.register(sameKey, hour), 'taken', 'the key alone is enough')
    t.equal(await store.skeletonsTaken(['other']), false, 'nothing of a refused account is stored')
    t.equal(await store.credentials('асе'), undefined)
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
    const sessions = await Promise.all(all.map((account) => store.register(account, hour)))
    t.equal(sessions.filter((session) => session !== 'taken').length, 1)
  })

  await t.test('opens sessions whose times are whole seconds', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    clock.advance(250)
    const { account } = await registerUser(store, 'ann')
    const session = await store.openSession(account.id, hour)
    t.same(session, {
      id: session.id,
      account,
      createdAt: clock.now() - 250,
      expiresAt: clock.now() - 250 + hour,
    })
    t.same(await store.session(session.id), session)
    t.equal(await store.session(session.id + 1), undefined)
  })

  await t.test('has the clock by which sessions expire', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    clock.advance(48 * hour)
    await store.presentSessions()
    const late = store.now() - clock.now()
    t.ok(late >= 0 && late < hour, `${late} ms late`)
    t.ok(Number.isInteger(late))
  })

  await t.test('returns a session until it is ended or expires', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', 2 * hour)
    const second = await store.openSession(first.account.id, hour)
    const third = await store.openSession(first.account.id, hour)
    t.equal(await store.endSession(third.id), true)
    t.equal(await store.session(third.id), undefined)
    t.equal(await store.endSession(third.id), false, 'no longer alive')
    clock.advance(hour - 1)
    t.same(await store.session(second.id), second)
    clock.advance(1)
    t.equal(await store.session(second.id), undefined, 'expired')
    t.equal(await store.endSession(second.id), false)
    t.same(await store.session(first.id), first, 'other sessions are not affected')
  })

  await t.test('lists the sessions that are alive and expire last', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', hour)
    const second = await store.openSession(first.account.id, 3 * hour)
    const third = await registerUser(store, 'bob', 2 * hour)
    await store.endSession((await store.openSession(first.account.id, 4 * hour)).id)
    t.same(await store.newestSessions(9), [second, third, first])
    t.same(await store.newestSessions(2), [second, third])
    clock.advance(hour)
    t.same(await store.newestSessions(9), [second, third])
  })

  await t.test(
    'for the 101st session of an account, ends the oldest that is not present',
    async (t) => {
      const { store, clock } = await openStore(t, openFixture)
      const first = await registerUser(store, 'ann')
      const bob = await registerUser(store, 'bob')
      await store.changePresence({ enter: [first], leave: [] })
      const open = async () => {
        clock.advance(1000)
        return store.openSession(first.account.id, hour)
      }
      const opened: Session[] = []
      while (opened.length < 99) opened.push(await open())
      const [second, third, fourth] = opened as [Session, Session, Session]
      t.same(await store.session(second.id), second, 'a hundred may exist')
      await store.changePresence({ enter: [third], leave: [] })
      let updates: StoreUpdate[] = []
      store.subscribe(updateListener((update) => updates.push(update)))
      const newest = await open()
      t.match(updates, [{ ended: [second.id], left: [], entered: [], entries: [] }])
      t.equal(await store.session(second.id), undefined)
      updates = []
      await Promise.all([open(), open()])
      const ended = updates.flatMap(({ ended }) => ended)
      t.same(
        ended,
        [fourth.id, opened[3]?.id],
        'calls at the same time take effect one after the other',
      )
      for (const kept of [first, third, opened[4] as Session, newest, bob])
        t.same(await store.session(kept.id), kept)
      t.equal((await store.newestSessions(1000)).length, 101)

      await store.changePresence({ enter: await store.newestSessions(1000), leave: [] })
      updates = []
      await open()
      const last = {
        ended: updates.flatMap(({ ended }) => ended),
        left: updates.flatMap(({ left }) => left),
      }
      t.same(
        last,
        { ended: [first.id], left: [first.id] },
        'where all are present, the oldest of all',
      )
    },
  )

  await t.test('gives no session id twice, also after the store went back', async (t) => {
    const fixture = await openFixture(t)
    let store = await fixture.open()
    const ann = await registerUser(store, 'ann')
    await registerUser(store, 'bob')
    await store.close()
    await fixture.takeSnapshot()
    store = await fixture.open()
    const lost = await store.openSession(ann.account.id, hour)
    await store.close()
    await fixture.restoreSnapshot()
    store = await fixture.open()
    t.teardown(() => store.close())
    await registerUser(store, 'cid')
    t.equal(await store.session(lost.id), undefined)
  })

  await t.test('makes one signing key', async (t) => {
    const fixture = await openFixture(t)
    const store = await fixture.open()
    const key = await store.signingKey()
    t.ok(key.length >= 32)
    t.same(await store.signingKey(), key)
    await store.close()
    const again = await fixture.open()
    t.teardown(() => again.close())
    t.same(await again.signingKey(), key)
  })

  await t.test('answers a ping', async (t) => {
    const { store } = await openStore(t, openFixture)
    await t.resolves(store.ping())
  })
}
