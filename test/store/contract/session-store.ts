import type { Test } from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { draft, hour, newAccount, newBatchId, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function sessionStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('opens sessions whose times are whole seconds', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    clock.advance(250)
    const { account } = await registerUser(store, 'ann')
    const session = await store.sessions.open(account.id, hour)
    t.same(session, {
      id: session.id,
      account,
      createdAt: clock.now() - 250,
      expiresAt: clock.now() - 250 + hour,
      nonce: session.nonce,
    })
    t.match(session.nonce, /^[\w-]{12}$/)
    const other = await store.sessions.open(account.id, hour)
    t.not(other.nonce, session.nonce, 'no two sessions have the same')
    t.same(await store.sessions.find(session.id), session)
    t.equal(await store.sessions.find(session.id + 1), undefined)
  })

  await t.test('returns a session until it is ended or expires', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', 2 * hour)
    const second = await store.sessions.open(first.account.id, hour)
    const third = await store.sessions.open(first.account.id, hour)
    t.equal(await store.sessions.end(third.id), true)
    t.equal(await store.sessions.find(third.id), undefined)
    t.equal(await store.sessions.end(third.id), false, 'no longer alive')
    clock.advance(hour - 1)
    t.same(await store.sessions.find(second.id), second)
    clock.advance(1)
    t.equal(await store.sessions.find(second.id), undefined, 'expired')
    t.equal(await store.sessions.end(second.id), false)
    t.same(await store.sessions.find(first.id), first, 'other sessions are not affected')
  })

  await t.test('tells an account its sessions, the one that was used last first', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const client = { address: '192.0.2.7', userAgent: 'curl/8' }
    const opened = await store.accounts.register(newAccount('ann'), 9 * hour, client)
    if (opened === 'taken') throw new Error('nobody has it')
    const { account } = opened
    await registerUser(store, 'bob')
    clock.advance(hour)
    const second = await store.sessions.open(account.id, hour, { address: '2001:db8::7' })
    const short = await store.sessions.open(account.id, 1000)
    clock.advance(1000)
    const view = ({ id, createdAt, expiresAt }: Session) => ({ id, createdAt, expiresAt })
    const details = [
      { ...view(second), lastSeenAt: second.createdAt, address: '2001:db8::7' },
      { ...view(opened), lastSeenAt: opened.createdAt, ...client },
    ]
    t.strictSame(await store.sessions.ofAccount(account.id), details)
    t.strictSame(await store.sessions.ofAccount(account.id + 9), [])

    const at = clock.now()
    await store.sessions.noteUse([
      { session: opened.id, at },
      { session: second.id, at: second.createdAt - 1 },
      { session: short.id + 1, at },
    ])
    await store.sessions.noteUse([{ session: opened.id, at: at - 500 }])
    const [first, last] = await store.sessions.ofAccount(account.id)
    t.match([first, last], [{ id: opened.id, lastSeenAt: at }, { id: second.id }])
    await store.sessions.noteUse([])
  })

  await t.test('ends sessions of the caller’s own account, if the caller’s is alive', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const open = () => store.sessions.open(ann.account.id, hour)
    const [second, third, fourth] = [await open(), await open(), await open()]
    const brief = await store.sessions.open(ann.account.id, 1000)
    clock.advance(1000)
    await store.presence.change({ enter: [second, third], leave: [] })
    const by = ({ id: session }: Session) => ({ kind: 'session', session }) as const
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))

    t.same(await store.sessions.endOwn(by(ann), bob.id), [], 'of nobody else')
    t.same(await store.sessions.endOwn(by(ann), brief.id), [], 'not one that has expired')
    t.same(updates, [])
    t.same(await store.sessions.endOwn(by(ann), second.id), [second.id])
    t.match(updates, [{ ended: [second.id], left: [second.id] }])
    t.same(await store.sessions.endOwn(by(ann), second.id), [])
    const others = await store.sessions.endOwn(by(ann), 'others')
    t.same(new Set(others as number[]), new Set([third.id, fourth.id]))
    t.same(new Set(updates.slice(1).flatMap(({ ended }) => ended)), new Set([third.id, fourth.id]))
    t.same(await store.sessions.endOwn(by(third), 'others'), 'session-ended')
    t.same(await store.sessions.endOwn(by(brief), ann.id), 'session-ended')
    const outcomes = await store.log.append([draft(third, 'late'), draft(ann, 'on')], newBatchId())
    t.match(outcomes, [{ kind: 'session-ended' }, { kind: 'appended' }])
    t.same(await store.sessions.endOwn(by(ann), ann.id), [ann.id], 'also the one that asks')
    t.same(await store.sessions.find(bob.id), bob)
  })

  await t.test('renews a session that is alive, up to its longest life', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann', 2 * hour)
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    clock.advance(hour + 250)
    const renew = () => store.sessions.renew(ann.id, 2 * hour, 4 * hour)
    const renewed = { ...ann, expiresAt: ann.expiresAt + hour }
    t.same(await renew(), renewed)
    t.match(updates, [
      { renewed: [{ session: ann.id, expiresAt: renewed.expiresAt }], ended: [], entered: [] },
    ])
    t.same(await store.sessions.find(ann.id), renewed)
    t.same(await store.sessions.newest(1), [renewed])
    clock.advance(1.5 * hour)
    const longest = { ...ann, expiresAt: ann.createdAt + 4 * hour }
    t.same(await renew(), longest)
    t.same(
      await store.sessions.renew(ann.id, 1000, hour),
      longest,
      'never shorter than it would live',
    )
    clock.advance(2 * hour)
    t.equal(await renew(), undefined, 'it has expired')
    const bob = await registerUser(store, 'bob')
    await store.sessions.end(bob.id)
    t.equal(await store.sessions.renew(bob.id, hour, 9 * hour), undefined)
  })

  await t.test('lists the sessions that are alive and expire last', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', hour)
    const second = await store.sessions.open(first.account.id, 3 * hour)
    const third = await registerUser(store, 'bob', 2 * hour)
    await store.sessions.end((await store.sessions.open(first.account.id, 4 * hour)).id)
    t.same(await store.sessions.newest(9), [second, third, first])
    t.same(await store.sessions.newest(2), [second, third])
    clock.advance(hour)
    t.same(await store.sessions.newest(9), [second, third])
  })

  await t.test(
    'for the 101st session of an account, ends the one unused longest that is not present',
    async (t) => {
      const { store, clock } = await openStore(t, openFixture)
      const first = await registerUser(store, 'ann')
      const bob = await registerUser(store, 'bob')
      await store.presence.change({ enter: [first], leave: [] })
      const open = async () => {
        clock.advance(1000)
        return store.sessions.open(first.account.id, hour)
      }
      const opened: Session[] = []
      while (opened.length < 99) opened.push(await open())
      const [second, third, fourth, used] = opened as [Session, Session, Session, Session]
      await store.sessions.noteUse([{ session: used.id, at: clock.now() + 500 }])
      t.same(await store.sessions.find(second.id), second, 'a hundred may exist')
      await store.presence.change({ enter: [third], leave: [] })
      let updates: StoreUpdate[] = []
      store.subscribe(updateListener((update) => updates.push(update)))
      const newest = await open()
      t.match(updates, [{ ended: [second.id], left: [], entered: [], entries: [] }])
      t.equal(await store.sessions.find(second.id), undefined)
      updates = []
      await Promise.all([open(), open()])
      const ended = updates.flatMap(({ ended }) => ended)
      t.same(
        ended,
        [fourth.id, opened[4]?.id],
        'calls at the same time take effect one after the other',
      )
      for (const kept of [first, third, used, newest, bob])
        t.same(await store.sessions.find(kept.id), kept)
      t.equal((await store.sessions.newest(1000)).length, 101)

      await store.presence.change({ enter: await store.sessions.newest(1000), leave: [] })
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
    const lost = await store.sessions.open(ann.account.id, hour)
    await store.close()
    await fixture.restoreSnapshot()
    store = await fixture.open()
    t.teardown(() => store.close())
    await registerUser(store, 'cid')
    t.equal(await store.sessions.find(lost.id), undefined)
  })
}
