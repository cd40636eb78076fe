import type { Test } from 'tap'
import { ban, create, put, remove, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { openHouse } from '../house.ts'

/** Commands that come at once take effect one after the other. */
export async function racesContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('of several rooms with one name or look, makes one', async (t) => {
    const house = await openHouse(t, openFixture)
    const kinds = await Promise.all([
      house.kind('ann', create('tea')),
      house.kind('bob', create('tea')),
      house.kind('cid', create('теа', { skeletons: ['tea'] })),
    ])
    t.same(kinds.sort(), ['done', 'room-name-taken', 'room-name-taken'])
    t.equal(house.take().length, 1)
  })

  await t.test('makes one room of an idempotency key', async (t) => {
    const house = await openHouse(t, openFixture)
    const key = { key: 'once', digest: 'tea' }
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => house.execute('ann', create('tea'), key)),
    )
    t.same(outcomes.map((outcome) => outcome.kind === 'done' && outcome.replayed).sort(), [
      false,
      true,
      true,
    ])
    t.equal(house.take().length, 1)
  })

  await t.test('lets no more join than a room holds', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    const kinds = await Promise.all(
      (['bob', 'cid', 'dan'] as const).map((name) =>
        house.kind(name, put('tea', name, undefined, { maxMembers: 3 })),
      ),
    )
    t.same(kinds.sort(), ['done', 'done', 'room-full'])
    t.match(await house.store.rooms.find(house.id('ann'), 'tea'), { room: { memberCount: 3 } })
  })

  await t.test('leaves a room with an owner when its two owners leave', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob', 'cid')
    await house.done('ann', put('tea', 'bob', 'owner'))
    house.take()
    await Promise.all([
      house.done('ann', remove('tea', 'ann')),
      house.done('bob', remove('tea', 'bob')),
    ])
    const entries = house.take()
    t.same(
      entries.map(({ kind }) => kind),
      ['left', 'role-changed', 'left'],
    )
    t.match(entries[1], { member: { username: 'cid' }, role: 'owner' })
  })

  await t.test('stores nothing against a ban that was answered', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    await house.join('tea', 'bob')
    const posts = Array.from({ length: 20 }, (_, at) => house.postTo('tea', 'bob', `${at}`))
    const banned = house.done('ann', ban('tea', 'bob'))
    const more = Array.from({ length: 20 }, (_, at) => house.postTo('tea', 'bob', `${at} more`))
    const joins = [1, 2].map(() => house.kind('bob', put('tea', 'bob')))
    await banned
    t.equal(await house.postTo('tea', 'bob'), 'forbidden')
    await Promise.all([...posts, ...more, ...joins])
    const entries = house.take()
    const left = entries.findIndex(({ kind }) => kind === 'left')
    t.same(
      entries.slice(left + 1).filter(({ kind }) => kind !== 'left'),
      [],
    )
  })

  await t.test('numbers posts and commands in one order, without a gap', async (t) => {
    const house = await openHouse(t, openFixture)
    await house.done('ann', create('tea'))
    const calls: Promise<unknown>[] = []
    for (let round = 0; round < 15; round += 1) {
      calls.push(
        house.execute('bob', put('tea', 'bob')),
        house.postTo('tea', 'bob', `${round}`),
        house.execute('bob', remove('tea', 'bob')),
        house.execute('ann', update('tea', { title: `Title ${round}` })),
      )
    }
    await Promise.all(calls)
    const entries = house.take()
    t.same(
      entries.map(({ id }) => id),
      Array.from(entries, (_, at) => at + 1),
    )
    let isMember = false
    for (const entry of entries) {
      if (entry.kind === 'message') t.ok(isMember, `message ${entry.id}`)
      if (entry.kind === 'joined') isMember = true
      if (entry.kind === 'left') isMember = false
    }
  })
}
