import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { allEvents } from '../../src/delivery/event-names.ts'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import type { StreamUpdate } from '../../src/delivery/update-batcher.ts'
import type { Entry } from '../../src/store/message-log.ts'
import { messageOf, roomOf } from './support/fake-log.ts'
import { DeliveryFixture, epoch, FakeConnection, type FakeLog, session } from './support/fixture.ts'

/**
 * Random schedules against an oracle: people join, leave, post, edit, delete and react, rooms come and go,
 * the log is trimmed, streams are cut, stall and resume, updates are gathered and late. A text is `v` and
 * the id of the entry that brought it. A schedule that fails is named by its number: run it alone
 * with ONLY=<number>.
 */
const schedules = process.env.ONLY ? [Number(process.env.ONLY)] : Array.from(Array(250).keys())
const steps = 150
const accounts = [1, 2, 3, 4]

/** Mulberry32: the same numbers in [0, 1) for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Received {
  name: string
  /** 0 if it has none. */
  id: number
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into what came
  data: any
}

/** Someone who reads with one stream after another, each from where the last one came to. */
class Client {
  readonly account: number
  readonly from: number
  /** What its streams carry; undefined: all. */
  readonly names: readonly string[] | undefined
  /** Messages and what happened to rooms. */
  readonly events: Received[] = []
  connection: FakeConnection | undefined
  #cursor: number
  #read = 0

  constructor(account: number, from: number, names?: readonly string[]) {
    this.account = account
    this.from = from
    this.names = names
    this.#cursor = from
  }

  open(fixture: DeliveryFixture, connection: FakeConnection) {
    this.connection = connection
    this.#read = 0
    const cursor = { id: this.#cursor, epoch }
    fixture.open(this.account, cursor, connection, session(this.account), this.names?.join())
  }

  /** Takes what has come, of which only a share may arrive. */
  take(share = 1) {
    const blocks = (this.connection?.text ?? '').slice(this.#read).split(/(?<=\n\n)/)
    const whole = blocks.filter((block) => block.endsWith('\n\n'))
    for (const block of whole.slice(0, Math.ceil(whole.length * share))) {
      this.#read += block.length
      for (const event of eventsOf(block)) {
        if (event.id > 0) this.#cursor = event.id
        if (/^(message|reaction|room|member)/.test(event.name)) this.events.push(event)
      }
    }
  }

  carries(name: string) {
    return this.names?.includes(name) ?? true
  }

  cut(share: number) {
    this.take(share)
    this.connection?.close()
    this.connection = undefined
  }
}

function eventsOf(text: string): Received[] {
  return text.split('\n\n').flatMap((block) => {
    const [, name = ''] = /^event: (.*)$/m.exec(block) ?? []
    const [, id] = /^id: (\d+)/m.exec(block) ?? []
    const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}')
    return name === '' ? [] : { name, id: Number(id ?? 0), data }
  })
}

/** Of entries, besides messages. */
const eventNames = [
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'room.joined',
  'room.left',
  'room.updated',
  'room.deleted',
  'member.joined',
  'member.left',
  'member.updated',
]

function nameFor(entry: Entry, account: number): string {
  switch (entry.kind) {
    case 'message':
      return 'message'
    case 'edited':
      return 'message.updated'
    case 'deleted':
      return 'message.deleted'
    case 'role-changed':
      return 'member.updated'
    case 'joined':
    case 'left':
      return `${entry.member.id === account ? 'room' : 'member'}.${entry.kind}`
    default:
      return entry.kind.replace('-', '.')
  }
}

/** What is wrong with an event that is written now to the account; the server has been told of `told` ids. */
function mistakeIn(log: FakeLog, told: number, account: number, { name, data }: Received) {
  const message = data.messageId ?? (name.startsWith('message') ? data.id : undefined)
  if (message === undefined || name === 'message.deleted') return undefined
  const changes = log.entries
    .slice(0, told)
    .filter((entry) => entry.kind !== 'message' && messageOf(entry)?.id === message)
  if (changes.some(({ kind }) => kind === 'deleted')) return 'its message is deleted'
  if (data.text === undefined) return undefined
  const version = Number(data.text.slice(1))
  if (changes.some(({ kind, id }) => kind === 'edited' && id > version)) return 'an old text'
  const room = roomOf(log.entries[message - 1] as Entry)?.id
  if (room === undefined) return undefined
  if (log.entries.slice(0, told).some((one) => one.kind === 'room-deleted' && one.room.id === room))
    return 'its room is deleted'
  const couldRead =
    log.accessOf(room) === 'open' ||
    log.stays.some(
      (stay) =>
        stay.room === room &&
        stay.account === account &&
        (stay.leftId ?? Number.POSITIVE_INFINITY) > version,
    )
  return couldRead ? undefined : 'a text that they could never read'
}

/** Whether the account could read a room while it had the title of an entry. */
function couldReadTitle(log: FakeLog, room: number, titleId: number, account: number): boolean {
  const ofRoom = log.entries.filter((entry) => roomOf(entry)?.id === room)
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
    const { read, readUndelivered } = log
    log.read = async (...range) => {
      const answer = await read.apply(log, range)
      await wait()
      return answer
    }
    log.readUndelivered = async (...range) => {
      const answer = await readUndelivered.apply(log, range)
      await wait()
      return answer
    }
    log.membershipsGate = wait

    /** What a stream that is always live gets, by account. */
    const expected = new Map(accounts.map((account) => [account, [] as number[]]))
    /** Whether a stream that is live gets an entry of an update. */
    const isDelivered = (entry: Entry, { entries, bounds }: StreamUpdate, account: number) => {
      if (!log.isForStreamsOf(entry, account)) return false
      if (log.isAlwaysCarried(entry, account)) return true
      const message = messageOf(entry)
      if (message === undefined)
        return !entry.hiddenFrom?.includes(account) && 'title' in (roomOf(entry) as object)
      if (entry.kind !== 'message' && message.id < bounds.oldest) return false
      const edits = entries.filter(
        (one) => one.kind === 'edited' && one.message.id === message.id && one.id > entry.id,
      )
      const isGone = [entry, ...edits].some((one) => messageOf(one)?.deletedAt !== undefined)
      if (entry.kind !== 'deleted' && (isGone || log.isPassedOver(entry, bounds.head))) return false
      const isRetold = entry.kind === 'message' || entry.kind === 'edited'
      const hidden = isRetold ? [entry, ...edits] : [entry]
      if (hidden.some(({ hiddenFrom }) => hiddenFrom?.includes(account))) return false
      return !entries.some((one) => one.kind === 'room-deleted' && one.room.id === message.room?.id)
    }
    fixture.applyUpdate = (update) => {
      for (const entry of update.entries)
        for (const account of accounts)
          if (isDelivered(entry, update, account)) expected.get(account)?.push(entry.id)
      fixture.hub.applyUpdate(update)
    }
    /** What the server has been told of. */
    let told = 0
    const tell = (count: number) => {
      const entries = log.entries.slice(told, told + count)
      // An update is of one commit, or of one snapshot.
      const updates = isLate ? [entries] : entries.map((entry) => [entry])
      for (const update of updates) {
        const bounds = { ...log.bounds_, head: told + update.length }
        const entries = isLate ? update.map((entry) => log.asNow(entry)) : update
        fixture.batcher.add(fixture.updateOf({ bounds, entries }))
        told += update.length
      }
    }
    const connect = (account: number, room = Number.POSITIVE_INFINITY) => {
      const connection = new FakeConnection()
      connection.room = room
      const { write } = connection
      connection.write = (what) => {
        const text = typeof what === 'string' ? what : `${what.plain}`
        for (const event of eventsOf(text)) {
          const mistake = mistakeIn(log, told, account, event)
          if (mistake) t.fail(`account ${account}: ${event.name} ${event.id}: ${mistake}`)
        }
        return write.call(connection, what)
      }
      return connection
    }

    const rooms: number[] = []
    const act = () => {
      const account = pick(accounts) as number
      const room = pick(rooms.filter((one) => log.rooms.has(one)))
      const members = accounts.filter((one) => room !== undefined && log.isMember(room, one))
      const message = pick(
        [...log.messages.values()].slice(-8).filter(({ id, deletedAt, room: of }) => {
          const isThere = deletedAt === undefined && id >= log.oldest
          return isThere && (of === null || log.rooms.has(of.id))
        }),
      )
      const text = `v${log.head + 1}`
      const chance = random()
      if (message && chance < 0.12) log.edit(message.id, text)
      else if (message && chance < 0.2) log.deleteMessage(message.id)
      else if (message && chance < 0.3) log.react(message.id, account)
      else if (chance < 0.36) log.say({ from: account, text })
      else if (chance < 0.42) log.say({ from: account, to: pick(accounts) as number, text })
      else if (room === undefined || (chance < 0.46 && rooms.length < 6)) {
        const access = random() < 0.5 ? 'open' : 'private'
        const history = access === 'private' && random() < 0.5 ? 'since-joined' : 'all'
        rooms.push(log.create(account, access, history).room)
      } else if (chance < 0.6) {
        if (members.includes(account)) log.leave(room, account)
        else log.join(room, account)
      } else if (chance < 0.63) log.delete(room)
      else if (chance < 0.67) log.rename(room)
      else if (chance < 0.7 && members.includes(account)) log.setRole(room, account, 'moderator')
      else log.say({ room, from: account, text })
    }

    // The rooms of the others are loaded whenever they come.
    /** Half of the streams leave events out, but not all messages: their end is waited for. */
    const someNames = () => {
      const chosen = eventNames.filter(() => random() < 0.4)
      return random() < 0.5 ? undefined : ['message', ...chosen]
    }
    const watchers = accounts
      .slice(0, below(3))
      .map((account) => new Client(account, 0, someNames()))
    for (const watcher of watchers) watcher.open(fixture, connect(watcher.account))
    for (const watcher of watchers)
      await watcher.connection?.until(() => /ready/.test(watcher.connection?.text ?? ''))
    const others: Client[] = []
    for (let step = 0; step < steps; step++) {
      const chance = random()
      if (chance < 0.5) act()
      else if (chance < 0.65) tell(1 + below(8))
      else if (chance < 0.7) await nextTurn()
      else if (chance < 0.71) log.oldest = Math.max(log.oldest, told - 5 - below(20))
      else if (chance < 0.72) {
        const account = pick(accounts) as number
        fixture.hub.open({
          session: session(account),
          cursor: null,
          presence: 'none',
          events: allEvents,
          connection: connect(account),
        })
      } else if (chance < 0.75 && others.length < 12)
        others.push(new Client(pick(accounts) as number, below(log.head + 1), someNames()))
      else {
        const client = pick(others)
        const full = random() < 0.5 ? 1 + below(3) : Number.POSITIVE_INFINITY
        if (client === undefined) continue
        if (client.connection === undefined) client.open(fixture, connect(client.account, full))
        else if (random() < 0.4) client.cut(random())
        else client.connection.drain(full)
      }
    }
    for (const client of others) {
      if (client.connection === undefined) client.open(fixture, connect(client.account))
      else client.connection.drain()
    }
    const last = log.say({ text: `v${log.head + 1}` })
    tell(Number.POSITIVE_INFINITY)
    for (const client of [...others, ...watchers]) {
      await client.connection?.until(() => !!client.connection?.text.includes(`\nid: ${last.id}-`))
      client.take()
    }

    for (const watcher of watchers) {
      const ids = watcher.events.map(({ id }) => id)
      const carried = expected.get(watcher.account)?.filter((id) => {
        return watcher.carries(nameFor(log.entries[id - 1] as Entry, watcher.account))
      })
      t.same(ids, carried, `account ${watcher.account}, always live`)
    }
    for (const client of [...others, ...watchers]) {
      const { account, from, events } = client
      const ids = events.map(({ id }) => id)
      const about = `account ${account} from ${from}: `
      t.ok(
        ids.every((id, index) => index === 0 || id > (ids[index - 1] as number)),
        `${about}in order, once`,
      )
      const after = log.entries.filter(({ id }) => id > from)
      const isNamed = (entry: Entry) => client.carries(nameFor(entry, account))
      const never = after.filter((entry) => !log.isForStreamsOf(entry, account) || !isNamed(entry))
      t.same(
        never.filter(({ id }) => ids.includes(id)),
        [],
        `${about}nothing else`,
      )
      const must = after.filter(
        (entry) => entry.id >= log.oldest && log.wasCarriedSince(entry, account) && isNamed(entry),
      )
      t.same(
        must.filter(({ id }) => !ids.includes(id)),
        [],
        `${about}everything`,
      )
      for (const { id, name, data } of events) {
        const entry = log.entries[id - 1] as Entry
        const room = roomOf(entry)?.id ?? 0
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
