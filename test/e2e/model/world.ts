import type { EventReader } from '../../support/event-reader.ts'
import { type Answer, Guest, type Room } from '../../support/room.ts'
import { Backups } from './backups.ts'
import { Chain } from './chain.ts'
import type { Deployment, ModelFixture } from './fixture.ts'
import { invariant } from './invariant.ts'
import { Log } from './model.ts'
import { names, People } from './people.ts'
import { place } from './place.ts'
import { type Calls, judge, type Post, settle } from './posts.ts'
import { RetentionControl } from './retention-control.ts'
import type { Change } from './rules.ts'
import type { Statistics } from './statistics.ts'

/** What the server is held against. */
export interface Model {
  readonly log: Log
  readonly people: People
  readonly figures: Statistics
  /** Every cursor that a stream was left with, also on a log that was given up since. */
  readonly cursors: string[]
  /** What was said with a key, whatever came of it. */
  readonly keyedPosts: Post[]
  /** Who made a room with a key, whatever came of it. */
  readonly keyedMakings: { by: string; change: Change }[]
  /** Each place to which someone moved a marker, and who has typed where. */
  readonly moves: Set<string>
  readonly typists: Set<string>
  /** When someone last was told that their typing is told. */
  readonly typed: Map<string, number>
}

export interface WorldOptions {
  /** Those who are away leave within a moment, or not at all. */
  grace: 'short' | 'long'
  /** Heartbeats come all the time, or not at all. */
  heartbeats: 'frequent' | 'rare'
}

/** Which stream a client opens. */
export interface Wanted {
  chain: Chain
  session: number
  /** With the chain's own last cursor; or anew, at a cursor or without one. */
  at: 'own' | { cursor: string | undefined }
  presence: 'full' | 'none'
  /** The events that it carries; undefined for all. */
  events?: readonly string[] | undefined
  /** The cursor stands in the query, not in the header. */
  inQuery: boolean
  /** Waits for `ready`. */
  patient: boolean
}

/** One of the things done at once; what it calls is settled with the others'. */
export type Act = (calls: Calls) => unknown

/** Real servers with their people's clients, and the model beside them. */
export class World {
  readonly model: Model
  readonly chains: readonly Chain[]
  readonly options: WorldOptions
  readonly backups: Backups
  /** What was called and what came of it, a line each, for the report of a failure. */
  readonly history: string[] = []
  readonly #place: Deployment
  readonly #retention: RetentionControl
  readonly #guests: Guest[] = []
  /** Where the log was when. */
  readonly #heads: { at: number; head: number }[] = []

  private constructor(
    place: Deployment,
    shears: RetentionControl,
    options: WorldOptions,
    figures: Statistics,
  ) {
    this.#place = place
    this.#retention = shears
    this.options = options
    this.model = {
      log: new Log(),
      people: new People(),
      figures,
      cursors: [],
      keyedPosts: [],
      keyedMakings: [],
      moves: new Set(),
      typists: new Set(),
      typed: new Map(),
    }
    this.backups = new Backups(place, this.model.log, this.model.people)
    this.chains = [...names, ...names].map((person) => new Chain(person, this.model))
  }

  /** Servers of their own, where nothing was said yet. */
  static async open(
    ground: ModelFixture,
    options: WorldOptions,
    figures: Statistics,
  ): Promise<World> {
    const from = Date.now()
    const shears = new RetentionControl()
    const place = await ground.deploy({
      settings: {
        presenceGraceMs: options.grace === 'short' ? 50 : 600_000,
        heartbeatMs: options.heartbeats === 'frequent' ? 100 : 3_600_000,
        messageMaxChars: 100_000,
        roomsCreatedPerDay: 0,
        addsPerHour: 0,
      },
      tuning: shears.tuning,
    })
    const world = new World(place, shears, options, figures)
    for (const { username, password, token } of ground.guests) {
      world.#guests.push(new Guest(place.room, username, password, token))
      world.model.people.logIn(username)
    }
    figures.runs++
    await place.room.start()
    await world.#checkEpoch({ anew: true, from })
    return world
  }

  async close(): Promise<void> {
    for (const { reader } of this.chains) reader?.cut()
    await this.#place.room.stop()
    await this.backups.close()
    await this.#place.remove()
  }

  /** Whether there is but one server: what is stored is known at once to all whom it serves. */
  get alone(): boolean {
    return this.#place.room.servers.length === 1
  }

  guest(session: number): Guest {
    return this.#guests[session] as Guest
  }

  /** A session of the person that is alive; logs in where there is none. */
  async sessionOf(person: string, choice = 0): Promise<number> {
    const alive = this.model.people.sessionsOf(person)
    return alive[choice % alive.length] ?? (await this.logIn(person))
  }

  async logIn(person: string): Promise<number> {
    this.#guests.push(await this.#place.room.login(person))
    return this.model.people.logIn(person)
  }

  async logOut(session: number): Promise<void> {
    const { status } = await this.guest(session).call('POST', '/v1/logout')
    invariant(status === 204, 'the answer to logout', status)
    // A read may be answered for a moment where another server has yet to hear of it.
    const after = await this.guest(session).broadcast('after the end')
    invariant(after.status === 401, 'the answer to a token after logout', after.status)
    this.model.people.logOut(session)
    const closed = this.chains.filter((chain) => chain.session === session)
    await this.#ended(closed, 'logged-out')
  }

  /** Things that are done all at once. */
  async moment(...acts: readonly Act[]): Promise<void> {
    const calls: Calls = { posts: [] }
    await Promise.all(acts.map((act) => act(calls)))
    // Whoever was cut may have left before something was said to them.
    this.attend()
    settle(calls, this.model)
    this.#heads.push({ at: Date.now(), head: this.model.log.head })
    for (const chain of this.chains) this.#mayHaveReached(chain)
    for (const chain of this.chains) {
      chain.take()
      if (chain.severed) this.#leave(chain)
      invariant(!chain.reader?.closed, 'a stream ended by itself', chain.bye)
    }
    this.attend()
  }

  async post(post: Post, { posts }: Calls): Promise<void> {
    const { session, to, room, keep, key, text, replyTo, metadata } = post
    if (key !== undefined) this.model.keyedPosts.push(post)
    const before = judge(post, this.model)
    const path = to === undefined ? '/v1/messages/broadcast' : '/v1/messages/direct'
    const answer = await this.guest(session).call(
      'POST',
      room === undefined ? path : `/v1/rooms/${room}/messages`,
      { text, to, whenOffline: keep ? 'keep' : undefined, replyTo, metadata },
      key === undefined ? {} : { 'idempotency-key': key },
    )
    this.#tell(post, answer)
    posts.push({ post, before, answer })
  }

  /** Changes a room or a message; at most one at a time. */
  async change(session: number, change: Change, calls: Calls): Promise<void> {
    const [method, path, body] = callOf(change)
    const key = change.does === 'make' ? change.key : undefined
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    const by = this.model.people.owners[session] as string
    if (key !== undefined) this.model.keyedMakings.push({ by, change })
    const answer = await this.guest(session).call(method, path, body, headers)
    this.#tell({ session, ...change }, answer)
    calls.change = { session, change, answer }
  }

  /** Opens a stream for a chain that has none. */
  async listen({ chain, session, at, presence, events, inQuery, patient }: Wanted): Promise<void> {
    const { log, people, figures } = this.model
    const cursor = at === 'own' ? chain.cursor : at.cursor
    const anew = at !== 'own' || cursor === undefined
    const placed = cursor === undefined ? null : place(cursor, log)
    const isTold = events?.includes('message') ?? true
    if (placed && isTold) people.mayHaveReached(chain.person, placed.position)
    if (!people.present.has(session)) people.present.set(session, 'maybe')
    const reached = people.surelyReached(chain.person)
    const { head, oldest } = log
    const asOf = this.#knownHead()
    const opening = { session, placed, presence, events, head, asOf, oldest, reached }
    const query = new URLSearchParams({ presence })
    if (events) query.set('events', events.join(','))
    if (inQuery && cursor !== undefined) query.set('lastEventId', cursor)
    const reader = await this.guest(session).open({
      query: `?${query}`,
      cursor: inQuery ? undefined : cursor,
    })
    invariant(reader.status === 200, 'the answer to a stream', reader.head)
    const wanted = JSON.stringify({ cursor, presence, events })
    this.history.push(`${chain.person} opens the stream ${this.chains.indexOf(chain)} ${wanted}`)
    chain.begin(reader, opening, { anew })
    if (anew) chain.cursor = cursor
    figures.streams++
    if (!anew) figures.resumes++
    if (patient) await reader.until(() => isReady(reader), 'ready')
  }

  /** Up to where every server knows the log: one alone all of it, several what is older than a second. */
  #knownHead(): number {
    const { head } = this.model.log
    if (this.alone) return head
    const known = this.#heads.findLast(({ at }) => at < Date.now() - 1000)
    return Math.min(head, known?.head ?? 0)
  }

  #tell({ session, ...call }: { session: number }, { status, body }: Answer): void {
    const by = this.model.people.owners[session]
    const outcome = status < 300 ? (body.id ?? status) : body.type.replace('/problems/', '')
    const said = JSON.stringify(call, (_, value) =>
      typeof value === 'string' && value.length > 60 ? `${value.slice(0, 60)}…` : value,
    )
    this.history.push(`${by} ${said}: ${outcome}`)
  }

  /** Stops a server and starts it again; where there are several, each in its turn. */
  async restart(): Promise<void> {
    const { servers } = this.#place.room
    const server = servers[this.model.figures.restarts % servers.length] as Room
    await this.#restart([server])
  }

  /** Restarts, and backs up in between. */
  async backUp(): Promise<void> {
    await this.#restart(this.#place.room.servers, () => this.backups.take())
  }

  /** Restarts with a backup put back in between. */
  async restore(choice: number): Promise<void> {
    const putBack = () => this.backups.putBack(choice)
    await this.#restart(this.#place.room.servers, putBack, { restored: true })
    this.model.figures.restores++
  }

  /** Trims what was said before an entry, or before a millisecond past the head. What reads must be at the head. */
  async trim(id: number): Promise<void> {
    const { log, figures } = this.model
    // Where it is known what is older: the time before it is told, and another.
    while (id <= log.head && !isLater(log, id)) id++
    const { time = '' } = log.entry(Math.min(id, log.head))
    const instant = Date.parse(time) + (id > log.head ? 1 : 0)
    await this.#retention.trim(instant, this.#place.room.servers.length)
    log.trim(id)
    figures.trims++
  }

  /** Who is surely present: sessions with a ready stream, and in the long grace those that had one. */
  attend(): void {
    const { present } = this.model.people
    const there = this.chains.filter(({ ready, severed }) => ready && !severed)
    const open = new Set(there.map(({ session }) => session))
    for (const session of present.keys()) {
      if (open.has(session)) present.set(session, 'yes')
      else if (this.options.grace === 'short') present.set(session, 'maybe')
    }
  }

  /** Any heartbeat may have found an open stream drained, and a cursor past the head stands for the head. */
  #mayHaveReached(chain: Chain): void {
    const { person, open, beganAhead } = chain
    const carriesMessages = chain.carries('message')
    const { people, log } = this.model
    const frequent = this.options.heartbeats === 'frequent'
    if (open && carriesMessages && (frequent || beganAhead)) people.mayHaveReached(person, log.head)
  }

  #leave(chain: Chain): void {
    chain.leave()
    if (chain.cursor !== undefined) this.model.cursors.push(chain.cursor)
  }

  /** The server has ended streams: each has said why. */
  async #ended(chains: readonly Chain[], reason: string): Promise<void> {
    for (const chain of chains) {
      chain.readOn()
      await chain.reader?.ended()
      chain.take()
      invariant(chain.bye === reason, `bye ${reason} was due`, chain.bye)
      this.#mayHaveReached(chain)
      this.#leave(chain)
    }
    this.attend()
  }

  async #restart(
    servers: readonly Room[],
    meanwhile: () => Promise<void> = async () => {},
    { restored = false } = {},
  ): Promise<void> {
    const served = (reader: EventReader) => servers.some((server) => server.serves(reader))
    const open = this.chains.filter(({ reader }) => reader && served(reader))
    for (const chain of open) chain.readOn()
    await Promise.all(servers.map((server) => server.stop()))
    await this.#ended(open, 'shutting-down')
    await meanwhile()
    const from = Date.now()
    await Promise.all(servers.map((server) => server.start()))
    await this.#checkEpoch({ anew: restored || this.#place.epochs === 'by start', from })
    this.model.figures.restarts++
  }

  /** The head is the model's, and the epoch is that of before, or a new one that began just now. */
  async #checkEpoch({ anew, from }: { anew: boolean; from: number }): Promise<void> {
    const { log } = this.model
    const session = await this.sessionOf(names[0])
    const { body } = await this.guest(session).call('GET', '/v1/messages?limit=1')
    const [, head, tag] = /^(\d+)-([0-9a-z]{8})$/.exec(body.cursor) ?? []
    invariant(Number(head) === log.head, `the head ${log.head}`, body.cursor)
    if (!anew) return invariant(tag === log.epoch, `still the epoch ${log.epoch}`, tag)
    invariant(tag !== undefined && tag > log.epoch, `an epoch after ${log.epoch}`, tag)
    const born = Number.parseInt(tag, 36)
    invariant(born >= from && born <= Date.now(), 'born at the start', born)
    log.epochs.push({ tag, first: log.head + 1 })
  }
}

/** Whether an entry is known to be later than the one before it. */
function isLater(log: Log, id: number): boolean {
  const before = id === 1 ? '' : log.entry(id - 1).time
  const { time } = log.entry(id)
  return before !== undefined && time !== undefined && before < time
}

/** A change as a call. */
function callOf(change: Change): [method: string, path: string, body?: unknown] {
  const { does } = change
  if ('id' in change) {
    const path = `/v1/messages/${change.id}`
    if (does === 'edit') return ['PATCH', path, { text: change.text, metadata: change.metadata }]
    if (does === 'delete') return ['DELETE', path]
    return [
      does === 'react' ? 'PUT' : 'DELETE',
      `${path}/reactions/${encodeURIComponent(change.emoji)}`,
    ]
  }
  if (does === 'make') {
    const { name, access, history } = change
    return ['POST', '/v1/rooms', { name, access, history }]
  }
  const path = `/v1/rooms/${change.room}`
  if (does === 'set') return ['PATCH', path, change.fields]
  if (does === 'delete-room') return ['DELETE', path]
  const { person } = change
  if (does === 'put') return ['PUT', `${path}/members/${person}`, { role: change.role }]
  if (does === 'remove') return ['DELETE', `${path}/members/${person}`]
  return [does === 'ban' ? 'PUT' : 'DELETE', `${path}/bans/${person}`]
}

function isReady({ events }: EventReader): boolean {
  return events.some(({ event }) => event === 'ready')
}
