import type { Test } from 'tap'
import { type OpenSite, openOne } from '../contract.ts'
import { draft, hour, join, say, sayAll } from '../people.ts'

export async function sweepContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('trims the old end of the log in steps, never the newest entry', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await sayAll(
      store,
      Array.from({ length: 2_001 }, () => draft(ann, 'x')),
    )
    clock.pass(1)
    t.match(await store.sweep(undefined), { more: false, extent: { oldest: 1 } }, 'all are kept')
    t.match(await store.sweep(clock.now() - 1), { more: false, extent: { oldest: 1 } })
    t.match(await store.sweep(clock.now()), { more: true, extent: { oldest: 1_001 } })
    const last = await store.sweep(clock.now())
    t.match(last, { more: false, extent: { oldest: 2_001, head: 2_001 } })
    t.match(await store.sweep(clock.now()), { more: false, extent: { oldest: 2_001 } })
    t.same(await store.extent(), last.extent)
    t.equal((await say(store, ann, 'on')).id, 2_002, 'the head never falls')
    t.equal(await store.entry(2_000, ann.account.id), undefined)
  })

  await t.test('trims only what was sent before', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await say(store, ann, 'old')
    clock.pass(10)
    await say(store, ann, 'new')
    await say(store, ann, 'newest')
    t.match(await store.sweep(clock.now()), { more: false, extent: { oldest: 2, head: 3 } })
  })

  await t.test('goes by the order of the log, whatever the clock said', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const start = clock.now()
    await say(store, ann, 'old')
    clock.pass(240 * hour)
    t.match(await say(store, ann, 'by a clock ten days ahead'), { sentAt: start + 240 * hour })
    clock.pass(-240 * hour + 10)
    t.match(await say(store, ann, 'by the right clock'), { sentAt: start + 10 })
    await say(store, ann, 'newest')
    clock.pass(hour)
    t.match(await store.sweep(clock.now()), { more: false, extent: { oldest: 2, head: 4 } })
    t.match(await store.sweep(start + 240 * hour + 1), { extent: { oldest: 4, head: 4 } })
  })

  await t.test('says whether a sweep would drop more than a tenth of the log', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const drops = (before: number) => store.dropsOverTenth(before)
    t.equal(await drops(clock.now() + 1), false, 'an empty log')
    const ann = await join(store, 'ann')
    await say(store, ann, 'old')
    t.equal(await drops(clock.now() + 1), false, 'the newest entry alone')
    await say(store, ann, 'old')
    const old = clock.now() + 1
    t.equal(await drops(old), true, 'one of the one that may go')
    t.equal(await drops(old - 1), false)
    clock.pass(1)
    for (let more = 0; more < 18; more++) await say(store, ann, 'new')
    t.equal(await drops(old), true, 'two of nineteen')
    await say(store, ann, 'new')
    t.equal(await drops(old), false, 'two of twenty')
    await say(store, ann, 'new')
    await store.sweep(old)
    t.equal(await drops(old), false)
    t.equal(await drops(old + 1), true)
  })

  await t.test('sweeps an empty log', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    t.match(await store.sweep(clock.now()), { more: false, extent: { oldest: 1, head: 0 } })
  })

  await t.test('drops a key with its entry, and when it is too old', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await say(store, ann, 'trimmed', { key: 'a' })
    clock.pass(1)
    await say(store, ann, 'kept', { key: 'b' })
    await store.sweep(clock.now())
    t.equal(await store.keyed(ann.account.id, 'a'), undefined)
    t.match(await store.keyed(ann.account.id, 'b'), { digest: 'kept' })
    clock.pass(24 * hour + 1)
    t.match(await store.sweep(undefined), { more: false, extent: { oldest: 2 } })
    clock.pass(-1)
    t.equal(await store.keyed(ann.account.id, 'b'), undefined, 'it is gone for good')
  })

  await t.test('drops sessions past their end, those present when they have left', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const { account } = await join(store, 'ann')
    const away = await store.openSession(account.id, hour)
    const present = await store.openSession(account.id, hour)
    await store.changePresence({ enter: [present], leave: [] })
    clock.pass(hour)
    t.match(await store.sweep(undefined), { more: false })
    t.match(await store.present(), [{ session: present.id }], 'their grace is theirs')
    await store.changePresence({ enter: [], leave: [present.id] })
    await store.sweep(undefined)
    clock.pass(-1)
    t.equal(await store.session(away.id), undefined)
    t.equal(await store.session(present.id), undefined)
  })

  await t.test('says whether another step would find work', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await sayAll(
      store,
      Array.from({ length: 1_001 }, (_, at) => draft(ann, 'x', { key: `${at}` })),
    )
    clock.pass(24 * hour + 1)
    t.match(await store.sweep(undefined), { more: true })
    t.match(await store.sweep(undefined), { more: false })
  })
}
