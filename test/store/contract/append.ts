import type { Test } from 'tap'
import { type OpenSite, openOne } from '../contract.ts'
import { draft, entryOf, hour, idsOf, join, say, sayAll, ticket } from '../people.ts'

export async function appendContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('gives what is said the ids 1, 2, 3, …', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    t.match(await store.extent(), { oldest: 1, head: 0 }, 'an empty log')
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    const [outcome] = await store.append([draft(ann, 'hi')], ticket())
    t.same(outcome, {
      kind: 'appended',
      entry: {
        id: 1,
        from: { id: ann.account.id, username: 'ann' },
        to: null,
        text: 'hi',
        sentAt: clock.now(),
      },
    })
    const direct = await say(store, ann, 'psst', { to: 'bob' })
    t.match(direct, { id: 2, to: { id: bob.account.id, username: 'bob' } })
    t.same(idsOf(await sayAll(store, [draft(bob, 'a'), draft(bob, 'b')])), [3, 4])
    t.match(await store.extent(), { oldest: 1, head: 4 })
  })

  await t.test('keeps a text exactly as it was sent', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const text = ' \ttwo\r\nlines, e\u0301, 👩‍👩‍👧, \u{10FFFF} '
    const { id } = await say(store, ann, text)
    t.equal((await store.entry(id, ann.account.id))?.text, text)
  })

  await t.test('judges each draft by itself, and leaves no gap for those it refuses', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const gone = await join(store, 'gone')
    await store.endSession(gone.id)
    await say(store, ann, 'known', { key: 'k' })
    const outcomes = await store.append(
      [
        draft(ann, 'first'),
        draft(gone, 'too late'),
        draft(ann, 'other content', { key: 'k' }),
        draft(ann, 'known', { key: 'k' }),
        draft(ann, 'whom?', { to: 'nobody' }),
        draft(ann, 'away', { to: 'gone', whenOffline: 'reject' }),
        draft(ann, 'kept', { to: 'gone' }),
        draft(ann, 'new', { key: 'n' }),
        draft(ann, 'new', { key: 'n' }),
        draft(ann, 'last'),
      ],
      ticket(),
    )
    t.same(
      outcomes.map((outcome) => ('entry' in outcome ? outcome.entry.id : outcome.kind)),
      [2, 'session-ended', 'key-reused', 1, 'unknown-recipient', 'recipient-offline', 3, 4, 4, 5],
    )
    t.equal(outcomes[3]?.kind, 'replayed')
    t.equal(outcomes[8]?.kind, 'replayed', 'also of the same batch')
  })

  await t.test('judges in order: session, key, recipient, presence', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    await store.changePresence({ enter: [bob], leave: [] })
    const first = { to: 'bob', whenOffline: 'reject', key: 'k', digest: 'd' } as const
    t.equal((await say(store, ann, 'hi', first)).id, 1)
    await store.changePresence({ enter: [], leave: [bob.id] })
    const [replay, reuse] = await store.append(
      [draft(ann, 'hi', first), draft(ann, 'hi', { to: 'nobody', key: 'k' })],
      ticket(),
    )
    t.equal(replay?.kind, 'replayed', 'the recipient need not be online any more')
    t.equal(reuse?.kind, 'key-reused', 'before the recipient is looked for')
    await store.endSession(ann.id)
    const [late] = await store.append([draft(ann, 'hi', first)], ticket())
    t.equal(late?.kind, 'session-ended', 'before the key is looked up')
  })

  await t.test('takes a direct message for who is online, also with another session', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const phone = await store.openSession(ann.account.id, hour)
    const to = { to: 'ann', whenOffline: 'reject' } as const
    t.same(await store.append([draft(ann, 'to myself', to)], ticket()), [
      { kind: 'recipient-offline' },
    ])
    await store.changePresence({ enter: [phone], leave: [] })
    t.match(await say(store, ann, 'to myself', to), { id: 1, to: { username: 'ann' } })
  })

  await t.test('answers the same ticket with the same outcomes and appends nothing', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' })]
    const first = await store.append(batch, 'the ticket')
    for (let others = 0; others < 4; others += 1) await say(store, ann, 'between')
    t.same(await store.append(batch, 'the ticket'), first)
    t.match(await store.extent(), { head: 5 })
  })

  await t.test('knows the idempotency keys of an account for 24 hours', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    const entry = await say(store, ann, 'hi', { key: 'k' })
    t.same(await store.keyed(ann.account.id, 'k'), { digest: 'hi', entry })
    t.equal(await store.keyed(ann.account.id, 'other'), undefined)
    t.equal(await store.keyed(bob.account.id, 'k'), undefined, 'another account’s is another')
    t.equal((await say(store, bob, 'ho', { key: 'k' })).id, 2)

    clock.pass(24 * hour)
    const [replay] = await store.append([draft(ann, 'hi', { key: 'k' })], ticket())
    t.equal(replay?.kind, 'replayed')
    clock.pass(1)
    t.equal(await store.keyed(ann.account.id, 'k'), undefined)
    const [again] = await store.append([draft(ann, 'new', { key: 'k' })], ticket())
    t.equal(again?.kind, 'appended')
    t.match(await store.keyed(ann.account.id, 'k'), { digest: 'new', entry: { id: 3 } })
  })

  await t.test('stores nothing of a batch that one draft spoils', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await t.rejects(store.append([draft(ann, 'good'), draft(ann, '')], ticket()))
    t.match(await store.extent(), { head: 0 })
    t.equal(entryOf((await store.append([draft(ann, 'good')], ticket()))[0] as never).id, 1)
  })

  await t.test('takes nothing once a session is past its end', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann', hour)
    clock.pass(hour)
    t.same(await store.append([draft(ann, 'late')], ticket()), [{ kind: 'session-ended' }])
  })
}
