import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import type { Entry, MembershipEntry } from '../../src/store/message-log.ts'
import { randomFrom } from '../support/random.ts'
import { DeliveryFixture, epoch, type FakeLog, session } from './support/fixture.ts'
import { ResumingReader } from './support/resuming-reader.ts'

/**
 * Random schedules against an oracle: people join, leave and post, rooms come and go, streams are cut, stall
 * and resume, updates are gathered and late. A schedule that fails is named by its number: run it alone
 * with ONLY=<number>.
 */
const schedules = process.env.ONLY ? [Number(process.env.ONLY)] : Array.from(Array(150).keys())
const steps = 150
const accounts = [1, 2, 3, 4]

function nameFor(entry: Entry, account: number): string {
  if (entry.kind === 'message') return 'message'
  if (entry.kind === 'role-changed') return 'member.updated'
  if (entry.kind === 'room-updated') return 'room.updated'
  if (entry.kind === 'room-deleted') return 'room.deleted'
  const { member } = entry as MembershipEntry
  return `${member.id === account ? 'room' : 'member'}.${entry.kind}`
}

/** Whether the account could read a room while it had the title of an entry. */
function couldReadTitle(log: FakeLog, room: number, titleId: number, account: number): boolean {
  const ofRoom = log.entries.filter((entry) => (entry.room as { id: number } | null)?.id === room)
  const until = ofRoom.find(
    ({ id, kind }) => id > titleId && (kind === 'room-updated' || kind === 'room-deleted'),
  )
  if (log.accessOf(room) === 'open') return true
  return log.stays.some(
    (stay) =>
      stay.room === room &&
      stay.account === account &&
      stay.joinedId < (until?.id ?? Number.POSITIVE_INFINITY) &&
      (stay.leftId ?? Number.POSITIVE_INFINITY) > titleId,
  )
}

for (const number of schedules) {
  t.test(`schedule ${number}`, async (t) => {
    const random = randomFrom(number)
    const below = (count: number) => Math.floor(random() * count)
    const pick = <T>(list: readonly T[]): T | undefined => list[below(list.length)]
    const maxEntries = [0, 4, 20, 1000][below(4)] as number
    const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries }))
    const { log } = fixture
    log.idsPerRead = 1 + below(6)
    /** As on PostgreSQL: an update has what it tells of rooms as of when it is read. */
    const isLate = random() < 0.5
    const slowness = below(4)
    const wait = async () => {
      for (let turns = below(slowness + 1); turns > 0; turns--) await nextTurn()
    }
    const read = log.read.bind(log)
    log.read = async (...range) => {
      const answer = await read(...range)
      await wait()
      return answer
    }
    log.membershipsGate = wait

    /** What a stream that is always live gets, by account. */
    const expected = new Map(accounts.map((account) => [account, [] as number[]]))
    let told = 0
    const tell = (count: number) => {
      const committed = log.entries.slice(told, told + count)
      told += committed.length
      const entries = isLate ? committed.map((entry) => log.asNow(entry)) : committed
      for (const entry of entries) {
        for (const account of accounts) {
          const isHidden = 'hiddenFrom' in entry && entry.hiddenFrom.includes(account)
          const isGone = entry.kind !== 'message' && !('title' in entry.room)
          if (
            log.isForStreamsOf(entry, account) &&
            ((!isHidden && !isGone) || log.isAlwaysCarried(entry, account))
          )
            expected.get(account)?.push(entry.id)
        }
      }
      const bounds = { ...log.bounds_, head: told }
      fixture.hub.applyUpdate({ bounds, entries, ended: [] })
    }

    const rooms: number[] = []
    const act = () => {
      const account = pick(accounts) as number
      const room = pick(rooms.filter((one) => log.rooms.has(one)))
      const members = accounts.filter((one) => room !== undefined && log.isMember(room, one))
      const chance = random()
      if (chance < 0.1) log.say({ from: account })
      else if (chance < 0.2) log.say({ from: account, to: pick(accounts) as number })
      else if (room === undefined || (chance < 0.25 && rooms.length < 6))
        rooms.push(log.create(account, random() < 0.5 ? 'open' : 'private').room)
      else if (chance < 0.45) {
        if (members.includes(account)) log.leave(room, account)
        else log.join(room, account)
      } else if (chance < 0.48) log.delete(room)
      else if (chance < 0.55) log.rename(room)
      else if (chance < 0.6 && members.includes(account)) log.setRole(room, account, 'moderator')
      else log.say({ room, from: account })
    }

    // The rooms of the others are loaded whenever they come.
    const watchers = accounts
      .slice(0, below(3))
      .map((account) => new ResumingReader(session(account), { id: 0, epoch }))
    for (const watcher of watchers) watcher.open(fixture.hub)
    for (const watcher of watchers)
      await watcher.connection?.until(() => /ready/.test(watcher.connection?.text ?? ''))
    const others: ResumingReader[] = []
    for (let step = 0; step < steps; step++) {
      const chance = random()
      if (chance < 0.5) act()
      else if (chance < 0.65) tell(1 + below(8))
      else if (chance < 0.7) await nextTurn()
      else if (chance < 0.75 && others.length < 12)
        others.push(
          new ResumingReader(session(pick(accounts) as number), { id: below(log.head + 1), epoch }),
        )
      else {
        const client = pick(others)
        const full = random() < 0.5 ? 1 + below(3) : Number.POSITIVE_INFINITY
        if (client === undefined) continue
        if (client.connection === undefined) client.open(fixture.hub, full)
        else if (random() < 0.4) client.cut(random())
        else client.connection.drain(full)
      }
    }
    for (const client of others) {
      if (client.connection === undefined) client.open(fixture.hub)
      else client.connection.drain()
    }
    const last = log.say({})
    tell(Number.POSITIVE_INFINITY)
    for (const client of [...others, ...watchers]) {
      await client.takeUpTo(last.id)
    }

    for (const watcher of watchers) {
      t.same(watcher.ids, expected.get(watcher.account), `account ${watcher.account}, always live`)
    }
    for (const { account, from, events, ids } of [...others, ...watchers]) {
      const about = `account ${account} from ${from}: `
      t.ok(
        ids.every((id, index) => index === 0 || id > (ids[index - 1] as number)),
        `${about}in order, once`,
      )
      const after = log.entries.filter(({ id }) => id > from)
      const never = after.filter((entry) => !log.isForStreamsOf(entry, account))
      t.same(
        never.filter(({ id }) => ids.includes(id)),
        [],
        `${about}nothing else`,
      )
      const must = after.filter((entry) => log.wasCarriedSince(entry, account))
      t.same(
        must.filter(({ id }) => !ids.includes(id)),
        [],
        `${about}everything`,
      )
      for (const { id, name, data } of events) {
        const entry = log.entries[id - 1] as Entry
        const room = entry.room?.id ?? 0
        const title = data.title ?? data.room?.title
        if (name !== nameFor(entry, account)) t.equal(name, nameFor(entry, account), about)
        if (title !== undefined && !couldReadTitle(log, room, Number(title.slice(1)), account))
          t.fail(`${about}${name} ${id} tells the title ${title}`)
      }
    }
    t.same(fixture.errors, [])
    fixture.hub.destroy()
    await fixture.hub.close()
  })
}
