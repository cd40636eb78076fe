import { setTimeout as delay } from 'node:timers/promises'
import { EventReader, type ReadEvent } from '../../support/event-reader.ts'
import type { Person } from './caller.ts'
import { Changes } from './deadline.ts'
import type { Door } from './site.ts'

export interface ChainOptions {
  /** Where it begins; default: at the oldest message kept. */
  cursor?: string
  /** After how many bytes the next connection is cut; undefined: never. */
  cutAfter?: () => number | undefined
  /** Waits as long as the server's last `retry:` says before it comes back from a `bye`. */
  obedient?: boolean
  /** Added to the address, for example `?presence=none`. */
  query?: string
  /** Cuts a connection on which nothing came for so long, in ms; undefined: never. */
  silentMs?: number
  /** Hears of each event, after this client has taken it. */
  onEvent?: (event: ReadEvent) => void
}

/** A message as a client holds it. */
export interface Received {
  id: number
  from: string
  to?: string
  room?: string
  text: string
}

/** An event that an entry of the log came as. */
export interface Told {
  event: string
  /** The message that it is, or changes. */
  message: number | undefined
  /** The message's text, if it was told. */
  text: string | undefined
  /** Whether this chain had been told before that the message is deleted. */
  afterDeletion: boolean
  /** When the connection was asked for that it came on, as `performance.now()` has it. */
  askedAt: number
}

/** Their ids are places in the log, but no entries. */
const notEntries = ['ready', 'heartbeat', 'reset']

/** A stream that was refused is asked for again after this, give or take a half, in ms. */
const refusedMs = 200

/**
 * One client that is never given up: whenever its stream ends, however it ends, it comes back
 * with the last cursor it saw, and it keeps the books of what that brought.
 */
export class Chain {
  readonly person: Person
  /** The id after which it begins. */
  readonly from: number
  /** The same person's stream of everything, read once all was over. */
  replay: Chain | undefined
  /** The messages that this client holds, by id, as they are now. */
  readonly kept = new Map<number, Received>()
  /** What each entry of the log came as, by its id. */
  readonly told = new Map<number, Told>()
  /** The resets that it was told, but those that say `new-epoch`. */
  readonly resets: ReadEvent['data'][] = []
  /** The `from` of each reset that says `new-epoch`. */
  readonly newEpochs: number[] = []
  /** Where an epoch changed without a reset, or a `new-epoch` was not what it should be. */
  readonly misplaced: string[] = []
  readonly presence: ReadEvent['data'][] = []
  /** Who is online, as far as this client was told. */
  readonly online = new Set<string>()
  /** How many are online, as far as this client was told. */
  onlineCount = 0
  readonly byes: { reason: string; retryMs: number | undefined }[] = []
  /** The cursor it would come back with. */
  cursor: string
  connections = 0
  /** Whether its stream is ready, and nothing has said that it ends. */
  live = false
  /** Events of each name that came. */
  readonly counts = new Map<string, number>()
  /** Entries that came again. */
  doubled = 0
  /** Entries that came after one with a higher id. */
  disordered = 0
  /** Held messages that a reset declared void. */
  discarded = 0
  /** Answers that were no stream. */
  readonly refusals: number[] = []
  /** How long each break lasted, from the end of one stream until the next was ready, in ms. */
  readonly breaks: number[] = []
  readonly #door: Door
  readonly #options: ChainOptions
  readonly #changes = new Changes()
  #last = 0
  #askedAt = 0
  /** The messages that are deleted, and the entry that says so. */
  readonly #deleted = new Map<number, number>()
  /** Whether an event with an id has come on this connection. */
  #placed = false
  #brokeAt: number | undefined
  #silence: NodeJS.Timeout | undefined
  #reader: EventReader | undefined
  #running: Promise<void> | undefined
  #stopped = false
  #closed = Promise.withResolvers<undefined>()

  constructor(door: Door, person: Person, options: ChainOptions = {}) {
    this.#door = door
    this.person = person
    this.#options = options
    this.cursor = options.cursor ?? '0'
    this.from = this.position
  }

  /** The id up to which it has everything. */
  get position(): number {
    return Number(this.cursor.split('-')[0])
  }

  /** Holds a message that came another way, such as a post's answer. */
  hold(message: Received): void {
    this.kept.set(message.id, message)
  }

  /** The stream that is open. */
  get reader(): EventReader {
    if (!this.#reader) throw new Error('no stream is open')
    return this.#reader
  }

  /** Opens the stream, again and again, until it is closed. */
  open(): this {
    this.#stopped = false
    this.#closed = Promise.withResolvers()
    this.#running = this.#run()
    return this
  }

  /** Ends it; it can be opened again. */
  async close(): Promise<void> {
    this.#stopped = true
    this.#closed.resolve(undefined)
    this.#reader?.cut()
    await this.#running
  }

  /** Makes `replay`, up to an id. */
  async readAgain(id: number): Promise<void> {
    const replay = new Chain(this.#door, this.person).open()
    await replay.reach(id)
    await replay.close()
    this.replay = replay
  }

  /** Everyone of whom it was told that they left. */
  get farewells(): string[] {
    return this.presence.flatMap(({ left }) => left)
  }

  /** Resolves once it has everything up to an id. */
  reach(id: number, ms = 30_000): Promise<void> {
    const what = () => `${this.person.username} to reach ${id} (now at ${this.cursor})`
    return this.until(() => this.position >= id, what(), ms)
  }

  /** Resolves once so many events of a name have come, in all. */
  come(event: string, count = 1): Promise<void> {
    return this.until(() => (this.counts.get(event) ?? 0) >= count, `${count} ${event}`)
  }

  /** Resolves once a stream was refused with a status. */
  refused(status: number): Promise<void> {
    return this.until(() => this.refusals.includes(status), `a stream to be refused with ${status}`)
  }

  until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    return this.#changes.until(condition, what, ms)
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // A chain that is closed must not wait for a server that never comes.
      const url = await Promise.race([this.#door.url, this.#closed.promise])
      if (url === undefined) return
      try {
        await this.#connect(url)
      } catch {
        // Nobody listens, or the connection went before there was a stream: once more.
        await delay(5)
      }
    }
  }

  async #connect(url: string): Promise<void> {
    this.connections++
    this.#placed = false
    const byes = this.byes.length
    this.#askedAt = performance.now()
    const reader = await EventReader.open({
      url,
      token: this.person.token,
      cursor: this.cursor,
      cutAfter: this.#options.cutAfter?.(),
      query: this.#options.query ?? '',
      onEvent: (event) => this.#take(event),
    })
    this.#reader = reader
    if (reader.status !== 200) return this.#turnedAway(reader)
    if (this.#stopped) reader.cut()
    this.#listen()
    if (!reader.closed) await new Promise((resolve) => reader.socket.once('close', resolve))
    clearTimeout(this.#silence)
    this.#brokeAt = performance.now()
    this.live = false
    const bye = this.byes[byes]
    if (!bye) return
    bye.retryMs = reader.retry
    if (this.#options.obedient && !this.#stopped) await delay(reader.retry)
  }

  async #turnedAway(reader: EventReader): Promise<void> {
    this.refusals.push(reader.status)
    this.#changes.changed()
    reader.cut()
    await Promise.race([delay(refusedMs * (0.5 + Math.random())), this.#closed.promise])
  }

  /** Gives the connection up when nothing comes on it any more. */
  #listen(): void {
    const { silentMs } = this.#options
    if (silentMs === undefined) return
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#reader?.cut(), silentMs)
  }

  #take({ event, id, data }: ReadEvent): void {
    this.#silence?.refresh()
    if (id !== undefined) this.#judgeEpoch(event, id, data)
    this.counts.set(event, (this.counts.get(event) ?? 0) + 1)
    if (id !== undefined && !notEntries.includes(event))
      this.#tell(Number.parseInt(id, 10), event, data)
    if (event === 'message' || event.includes('.')) this.#apply(event, data)
    else if (event === 'reset') this.#reset(data)
    else if (event === 'ready') this.#ready(data)
    else if (event === 'presence') {
      this.presence.push(data)
      this.onlineCount = data.onlineCount
      this.#learn(data.joined, data.left)
    }
    if (event === 'bye') {
      this.live = false
      this.byes.push({ reason: data.reason, retryMs: undefined })
    }
    if (id !== undefined) this.cursor = id
    this.#options.onEvent?.({ event, id, data })
    this.#changes.changed()
  }

  #ready({ online = [], onlineCount }: { online?: string[]; onlineCount: number }): void {
    this.onlineCount = onlineCount
    this.live = true
    this.#learn(online, this.online)
    if (this.#brokeAt !== undefined) this.breaks.push(performance.now() - this.#brokeAt)
    this.#brokeAt = undefined
  }

  #learn(joined: Iterable<string>, left: Iterable<string>): void {
    for (const name of [...left]) this.online.delete(name)
    for (const name of joined) this.online.add(name)
  }

  #tell(id: number, event: string, data: ReadEvent['data']): void {
    if (this.told.has(id)) this.doubled++
    else if (id <= this.#last) this.disordered++
    this.#last = id
    const message = data.id ?? data.messageId
    const isTold = event === 'message' || event === 'message.updated'
    this.told.set(id, {
      event,
      message,
      text: isTold ? data.text : undefined,
      afterDeletion: this.#deleted.has(message),
      askedAt: this.#askedAt,
    })
    if (event === 'message.deleted') this.#deleted.set(message, id)
  }

  /** As the contract has it: who joins or leaves a room drops what they held of it. */
  #apply(event: string, data: ReadEvent['data']): void {
    if (event === 'message') this.kept.set(data.id, data)
    else if (event === 'message.updated') {
      if (this.kept.has(data.id)) this.kept.set(data.id, data)
    } else if (event === 'message.deleted') {
      this.kept.delete(data.id)
    } else if (['room.joined', 'room.left', 'room.deleted'].includes(event)) {
      const name = data.room.name ?? data.room
      for (const { id, room } of [...this.kept.values()]) if (room === name) this.kept.delete(id)
    }
  }

  /**
   * The log changes its epoch with a reset alone. One that says `new-epoch` is from the cursor that
   * was presented; on a live stream it may lie past what this person may not see.
   */
  #judgeEpoch(event: string, id: string, { reason, from }: ReadEvent['data']): void {
    const [, before] = this.cursor.split('-')
    const [, now] = id.split('-')
    const isNew = before !== undefined && now !== before
    const what = `${event} ${reason ?? ''} ${id} after ${this.cursor}`
    if (isNew && event !== 'reset') this.misplaced.push(what)
    if (reason === 'new-epoch') {
      const isHere = this.#placed ? from >= this.position : from === this.position
      if (!isNew || !isHere || id !== `${from}-${now}`) this.misplaced.push(what)
    }
    this.#placed = true
  }

  /** As the contract has it: what one holds past a fork is void, or past a cursor may be. */
  #reset(data: { reason: string; from: number }): void {
    if (data.reason === 'new-epoch') this.newEpochs.push(data.from)
    else this.resets.push(data)
    this.#last = Math.min(this.#last, data.from)
    if (data.reason !== 'rewound' && data.reason !== 'new-epoch') return
    for (const id of [...this.kept.keys()]) {
      if (id > data.from && this.kept.delete(id)) this.discarded++
    }
    for (const id of [...this.told.keys()]) if (id > data.from) this.told.delete(id)
    for (const [message, id] of this.#deleted) if (id > data.from) this.#deleted.delete(message)
  }
}

/** How many people read everything again; more would take long. */
const readersAgain = 8

/** Of each person one chain reads everything again, up to an id, so that it is known what is told now. */
export async function readAllAgain(chains: readonly Chain[], id: number): Promise<void> {
  const byPerson = new Map(chains.map((chain) => [chain.person, chain]))
  const some = [...byPerson.values()].slice(0, readersAgain)
  await Promise.all(some.map((chain) => chain.readAgain(id)))
}
