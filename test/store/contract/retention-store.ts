import type { Test } from 'tap'
import {
  appendMessage,
  appendMessages,
  draft,
  hour,
  openSession,
  registerUser,
} from '../fixtures.ts'
import { create, deleteRoom } from '../room-commands.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function retentionStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('deletes the oldest entries in steps, but never the newest entry', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await appendMessages(
      store,
      Array.from({ length: 2_001 }, () => draft(ann, 'x')),
    )
    clock.advance(1)
    t.match(
      await store.retention.deleteExpired(undefined),
      { more: false, bounds: { oldest: 1 } },
      'without `before` it deletes none',
    )
    t.match(await store.retention.deleteExpired(clock.now() - 1), {
      more: false,
      bounds: { oldest: 1 },
    })
    t.match(await store.retention.deleteExpired(clock.now()), {
      more: true,
      bounds: { oldest: 1_001 },
    })
    const last = await store.retention.deleteExpired(clock.now())
    t.match(last, { more: false, bounds: { oldest: 2_001, head: 2_001 } })
    t.match(await store.retention.deleteExpired(clock.now()), {
      more: false,
      bounds: { oldest: 2_001 },
    })
    t.same(await store.log.bounds(), last.bounds)
    t.equal((await appendMessage(store, ann, 'on')).id, 2_002, 'the head never falls')
    t.equal(await store.log.message(2_000, ann.account.id), undefined)
  })

  await t.test('deletes only entries that were sent before', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await appendMessage(store, ann, 'old')
    clock.advance(10)
    await appendMessage(store, ann, 'new')
    await appendMessage(store, ann, 'newest')
    t.match(await store.retention.deleteExpired(clock.now()), {
      more: false,
      bounds: { oldest: 2, head: 3 },
    })
  })

  await t.test('deletes in the order of the log, also after the clock was wrong', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const start = clock.now()
    await appendMessage(store, ann, 'old')
    clock.advance(240 * hour)
    t.match(await appendMessage(store, ann, 'by a clock ten days ahead'), {
      sentAt: start + 240 * hour,
    })
    clock.advance(-240 * hour + 10)
    t.match(await appendMessage(store, ann, 'by the right clock'), { sentAt: start + 10 })
    await appendMessage(store, ann, 'newest')
    clock.advance(hour)
    t.match(await store.retention.deleteExpired(clock.now()), {
      more: false,
      bounds: { oldest: 2, head: 4 },
    })
    t.match(await store.retention.deleteExpired(start + 240 * hour + 1), {
      bounds: { oldest: 4, head: 4 },
    })
  })

  await t.test('tells whether it would delete more than a tenth of the log', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const overTenth = (before: number) => store.retention.wouldDeleteOverTenth(before)
    t.equal(await overTenth(clock.now() + 1), false, 'an empty log')
    const ann = await registerUser(store, 'ann')
    await appendMessage(store, ann, 'old')
    t.equal(await overTenth(clock.now() + 1), false, 'the newest entry alone')
    await appendMessage(store, ann, 'old')
    const old = clock.now() + 1
    t.equal(await overTenth(old), true, 'one of one that may be deleted')
    t.equal(await overTenth(old - 1), false)
    clock.advance(1)
    for (let more = 0; more < 18; more++) await appendMessage(store, ann, 'new')
    t.equal(await overTenth(old), true, 'two of nineteen')
    await appendMessage(store, ann, 'new')
    t.equal(await overTenth(old), false, 'two of twenty')
    await appendMessage(store, ann, 'new')
    await store.retention.deleteExpired(old)
    t.equal(await overTenth(old), false)
    t.equal(await overTenth(old + 1), true)
  })

  await t.test('accepts an empty log', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    t.match(await store.retention.deleteExpired(clock.now()), {
      more: false,
      bounds: { oldest: 1, head: 0 },
    })
  })

  await t.test('deletes an idempotency key with its entry, and after 24 hours', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await appendMessage(store, ann, 'trimmed', { key: 'a' })
    clock.advance(1)
    await appendMessage(store, ann, 'kept', { key: 'b' })
    await store.retention.deleteExpired(clock.now())
    t.equal(await store.log.findByIdempotencyKey(ann.account.id, 'a'), undefined)
    t.match(await store.log.findByIdempotencyKey(ann.account.id, 'b'), { digest: 'kept' })
    clock.advance(24 * hour + 1)
    t.match(await store.retention.deleteExpired(undefined), { more: false, bounds: { oldest: 2 } })
    clock.advance(-1)
    t.equal(
      await store.log.findByIdempotencyKey(ann.account.id, 'b'),
      undefined,
      'also after the clock went back',
    )
  })

  await t.test(
    'deletes expired sessions, but present ones only after they have left',
    async (t) => {
      const { store, clock } = await openStore(t, openFixture)
      const { account } = await registerUser(store, 'ann')
      const away = await openSession(store, account.id, hour)
      const present = await openSession(store, account.id, hour)
      await store.presence.change({ enter: [present], leave: [] })
      clock.advance(hour)
      t.match(await store.retention.deleteExpired(undefined), { more: false })
      t.match(
        await store.presence.list(),
        [{ session: present.id }],
        'it stays for the grace period',
      )
      await store.presence.change({ enter: [], leave: [present.id] })
      await store.retention.deleteExpired(undefined)
      clock.advance(-1)
      t.equal(await store.sessions.find(away.id), undefined)
      t.equal(await store.sessions.find(present.id), undefined)
    },
  )

  await t.test('tells whether another step would delete something', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await appendMessages(
      store,
      Array.from({ length: 1_001 }, (_, at) => draft(ann, 'x', { key: `${at}` })),
    )
    clock.advance(24 * hour + 1)
    t.match(await store.retention.deleteExpired(undefined), { more: true })
    t.match(await store.retention.deleteExpired(undefined), { more: false })
  })

  await t.test('blanks the messages of deleted rooms in steps', async (t) => {
    const fixture = await openFixture(t)
    let store = await fixture.open()
    t.teardown(() => store.close())
    const ann = await registerUser(store, 'ann')
    const steps = async () => {
      let steps = 0
      while ((await store.retention.eraseDeleted()).more) steps += 1
      return steps
    }
    for (const name of ['ale', 'gin', 'rum']) {
      await store.rooms.execute(ann.id, create(name), null)
      const drafts = Array.from({ length: 250 }, (_, at) => draft(ann, `${at}`, { room: name }))
      await appendMessages(store, drafts)
    }
    t.equal(await steps(), 0, 'nothing was deleted')
    for (const name of ['ale', 'rum']) await store.rooms.execute(ann.id, deleteRoom(name), null)
    t.match(await store.retention.eraseDeleted(), { more: true })
    await appendMessage(store, ann, 'meanwhile', { room: 'gin' })
    await store.close()
    store = await fixture.open()
    t.ok((await steps()) >= 4, 'the rest, after a restart')
    t.equal(await steps(), 0)
    const { length } = (await store.log.read(0, ann.account.id)).entries
    t.equal(length, 252 + 4, 'the third room, and what became of the others')
    const page = await store.log.page(ann.account.id, { limit: 200, inRoom: 'gin' })
    t.ok(page?.entries.every(({ text }) => text !== ''))
  })
}
