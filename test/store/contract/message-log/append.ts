import type { Test } from 'tap'
import {
  appendMessage,
  appendMessages,
  draft,
  entryOf,
  hour,
  idsOf,
  newBatchId,
  openSession,
  registerUser,
} from '../../fixtures.ts'
import { type OpenFixture, openStore } from '../fixture.ts'

export async function appendContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('gives entries the ids 1, 2, 3, …', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    t.match(await store.log.bounds(), { oldest: 1, head: 0 }, 'an empty log')
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const [outcome] = await store.log.append([draft(ann, 'hi')], newBatchId())
    t.same(outcome, {
      kind: 'appended',
      entry: {
        kind: 'message',
        id: 1,
        from: { id: ann.account.id, username: 'ann' },
        to: null,
        room: null,
        text: 'hi',
        sentAt: clock.now(),
      },
    })
    const direct = await appendMessage(store, ann, 'psst', { to: 'bob' })
    t.match(direct, { id: 2, to: { id: bob.account.id, username: 'bob' } })
    t.same(idsOf(await appendMessages(store, [draft(bob, 'a'), draft(bob, 'b')])), [3, 4])
    t.match(await store.log.bounds(), { oldest: 1, head: 4 })
  })

  await t.test('stores a text exactly as it was sent', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const text = ' \ttwo\r\nlines, e\u0301, 👩‍👩‍👧, \u{10FFFF} '
    const { id } = await appendMessage(store, ann, text)
    t.equal((await store.log.message(id, ann.account.id))?.text, text)
  })

  await t.test('checks each draft by itself, and leaves no gap for a refused one', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const gone = await registerUser(store, 'gone')
    await store.sessions.end(gone.id)
    await appendMessage(store, ann, 'known', { key: 'k' })
    const outcomes = await store.log.append(
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
      newBatchId(),
    )
    t.same(
      outcomes.map((outcome) => ('entry' in outcome ? outcome.entry.id : outcome.kind)),
      [2, 'session-ended', 'key-reused', 1, 'unknown-recipient', 'recipient-offline', 3, 4, 4, 5],
    )
    t.equal(outcomes[3]?.kind, 'replayed')
    t.equal(outcomes[8]?.kind, 'replayed', 'also within one batch')
  })

  await t.test('checks in this order: session, key, recipient, presence', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    await store.presence.change({ enter: [bob], leave: [] })
    const first = { to: 'bob', whenOffline: 'reject', key: 'k', digest: 'd' } as const
    t.equal((await appendMessage(store, ann, 'hi', first)).id, 1)
    await store.presence.change({ enter: [], leave: [bob.id] })
    const [replay, reuse] = await store.log.append(
      [draft(ann, 'hi', first), draft(ann, 'hi', { to: 'nobody', key: 'k' })],
      newBatchId(),
    )
    t.equal(replay?.kind, 'replayed', 'even if the recipient is offline now')
    t.equal(reuse?.kind, 'key-reused', 'before the recipient is looked for')
    await store.sessions.end(ann.id)
    const [late] = await store.log.append([draft(ann, 'hi', first)], newBatchId())
    t.equal(late?.kind, 'session-ended', 'before the key is looked up')
  })

  await t.test('accepts a direct message to an account with any session present', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const phone = await openSession(store, ann.account.id, hour)
    const to = { to: 'ann', whenOffline: 'reject' } as const
    t.same(await store.log.append([draft(ann, 'to myself', to)], newBatchId()), [
      { kind: 'recipient-offline' },
    ])
    await store.presence.change({ enter: [phone], leave: [] })
    t.match(await appendMessage(store, ann, 'to myself', to), { id: 1, to: { username: 'ann' } })
  })

  await t.test(
    'answers the same batch id with the same outcomes and appends nothing',
    async (t) => {
      const { store } = await openStore(t, openFixture)
      const ann = await registerUser(store, 'ann')
      const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' })]
      const first = await store.log.append(batch, 'the batch')
      for (let others = 0; others < 4; others += 1) await appendMessage(store, ann, 'between')
      t.same(await store.log.append(batch, 'the batch'), first)
      t.match(await store.log.bounds(), { head: 5 })
    },
  )

  await t.test('remembers the idempotency keys of an account for 24 hours', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const entry = await appendMessage(store, ann, 'hi', { key: 'k' })
    t.same(await store.log.findByIdempotencyKey(ann.account.id, 'k'), { digest: 'hi', entry })
    t.equal(await store.log.findByIdempotencyKey(ann.account.id, 'other'), undefined)
    t.equal(
      await store.log.findByIdempotencyKey(bob.account.id, 'k'),
      undefined,
      'each account has its own keys',
    )
    t.equal((await appendMessage(store, bob, 'ho', { key: 'k' })).id, 2)

    clock.advance(24 * hour)
    const [replay] = await store.log.append([draft(ann, 'hi', { key: 'k' })], newBatchId())
    t.equal(replay?.kind, 'replayed')
    clock.advance(1)
    t.equal(await store.log.findByIdempotencyKey(ann.account.id, 'k'), undefined)
    const [again] = await store.log.append([draft(ann, 'new', { key: 'k' })], newBatchId())
    t.equal(again?.kind, 'appended')
    t.match(await store.log.findByIdempotencyKey(ann.account.id, 'k'), {
      digest: 'new',
      entry: { id: 3 },
    })
  })

  await t.test('stores nothing of a batch in which one draft fails', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await t.rejects(store.log.append([draft(ann, 'good'), draft(ann, '')], newBatchId()))
    t.match(await store.log.bounds(), { head: 0 })
    t.equal(entryOf((await store.log.append([draft(ann, 'good')], newBatchId()))[0] as never).id, 1)
  })

  await t.test('refuses drafts of an expired session', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann', hour)
    clock.advance(hour)
    t.same(await store.log.append([draft(ann, 'late')], newBatchId()), [{ kind: 'session-ended' }])
  })
}
