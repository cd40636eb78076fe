import type { Test } from 'tap'
import { randomFrom } from '../../../support/random.ts'
import { ban, create, deleteRoom, put, remove, update } from '../../room-commands.ts'
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

  await t.test('keeps every rule when many commands of everyone come at once', async (t) => {
    const house = await openHouse(t, openFixture)
    const random = randomFrom(7)
    const one = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
    const [people, rooms] = [['ann', 'bob', 'cid', 'dan'] as const, ['ale', 'gin', 'rum', 'tea']]
    const limits = { maxRooms: 2, maxMembers: 3 }
    for (let round = 0; round < 12; round += 1) {
      const commands = Array.from({ length: 40 }, () => {
        const [by, room, roll] = [one(people), one(rooms), random()]
        if (roll < 0.1) return house.execute(by, create(room, {}, limits))
        if (roll < 0.15) return house.execute(by, deleteRoom(room))
        if (roll < 0.6) return house.execute(by, put(room, by, undefined, limits))
        return house.execute(by, remove(room, by))
      })
      for (const outcome of await Promise.all(commands))
        if (outcome.kind === 'done' && outcome.joined)
          t.match(outcome.room, { membership: { role: String } }, 'who has joined is told so')
      for (const room of rooms) {
        const page = await house.store.rooms.members(house.id('ann'), room, {
          after: null,
          limit: 9,
        })
        const { members, count } = page ?? { members: [], count: 0 }
        t.equal(count, members.length)
        t.ok(count <= limits.maxMembers)
        t.ok(count === 0 || members.some(({ role }) => role === 'owner'), 'it has an owner')
      }
      for (const name of people) {
        const joined = await house.store.rooms.memberships(house.id(name))
        t.ok(joined.rooms.length <= limits.maxRooms)
      }
    }
    t.same(
      house.published.map(({ id }) => id),
      Array.from(house.published, (_, at) => at + 1),
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
