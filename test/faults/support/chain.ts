import { setTimeout as delay } from 'node:timers/promises'
import { EventReader, type ReadEvent } from '../../support/event-reader.ts'
import type { Person } from './caller.ts'
import { Changes } from './deadline.ts'
import type { Site } from './site.ts'

export interface ChainOptions {
  /** Where it begins; default: at the oldest message kept. */
  cursor?: string
  /** After how many bytes the next connection is cut; undefined: never. */
  cutAfter?: () => number | undefined
  /** Waits as long as the server's last `retry:` says before it comes back from a `bye`. */
  obedient?: boolean
}

export interface Received {
  id: number
  from: string
  to?: string
  text: string
}

/**
 * One client that is never given up: whenever its stream ends, however it ends, it comes back
 * with the last cursor it saw, and it keeps the books of what that brought.
 */
export class Chain {
  readonly person: Person
  /** What this client holds, by id. */
  readonly kept = new Map<number, Received>()
  readonly resets: ReadEvent['data'][] = []
  readonly presence: ReadEvent['data'][] = []
  /** Who is online, as far as this client was told. */
  readonly online = new Set<string>()
  readonly byes: { reason: string; retryMs: number | undefined }[] = []
  /** The cursor it would come back with. */
  cursor: string
  connections = 0
  /** Events of each name that came. */
  readonly counts = new Map<string, number>()
  /** Messages that came again. */
  doubled = 0
  /** Messages that came after one with a higher id. */
  disordered = 0
  /** Held messages that a `rewound` declared void. */
  discarded = 0
  /** Answers that were no stream. */
  readonly refusals: number[] = []
  readonly #site: Site
  readonly #options: ChainOptions
  readonly #changes = new Changes()
  #last = 0
  #reader: EventReader | undefined
  #running: Promise<void> | undefined
  #stopped = false
  #closed = Promise.withResolvers<undefined>()

  constructor(site: Site, person: Person, options: ChainOptions = {}) {
    this.#site = site
    this.person = person
    this.#options = options
    this.cursor = options.cursor ?? '0'
  }

  /** The id up to which it has everything. */
  get position(): number {
    return Number(this.cursor.split('-')[0])
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

  /** Resolves once it has everything up to an id. */
  reach(id: number, ms = 30_000): Promise<void> {
    const what = () => `${this.person.username} to reach ${id} (now at ${this.cursor})`
    return this.until(() => this.position >= id, what(), ms)
  }

  /** Resolves once so many events of a name have come, in all. */
  come(event: string, count = 1): Promise<void> {
    return this.until(() => (this.counts.get(event) ?? 0) >= count, `${count} ${event}`)
  }

  until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    return this.#changes.until(condition, what, ms)
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      // A chain that is closed must not wait for a server that never comes.
      const url = await Promise.race([this.#site.url, this.#closed.promise])
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
    const byes = this.byes.length
    const reader = await EventReader.open({
      url,
      token: this.person.token,
      cursor: this.cursor,
      cutAfter: this.#options.cutAfter?.(),
      onEvent: (event) => this.#take(event),
    })
    if (reader.status !== 200) this.refusals.push(reader.status)
    this.#reader = reader
    if (this.#stopped) reader.cut()
    if (!reader.closed) await new Promise((resolve) => reader.socket.once('close', resolve))
    const bye = this.byes[byes]
    if (!bye) return
    bye.retryMs = reader.retry
    if (this.#options.obedient && !this.#stopped) await delay(reader.retry)
  }

  #take({ event, id, data }: ReadEvent): void {
    this.counts.set(event, (this.counts.get(event) ?? 0) + 1)
    if (event === 'message') this.#keep(data)
    else if (event === 'reset') this.#reset(data)
    else if (event === 'ready') this.#learn(data.online, this.online)
    else if (event === 'presence') {
      this.presence.push(data)
      this.#learn(data.joined, data.left)
    }
    if (event === 'bye') this.byes.push({ reason: data.reason, retryMs: undefined })
    if (id !== undefined) this.cursor = id
    this.#changes.changed()
  }

  #learn(joined: Iterable<string>, left: Iterable<string>): void {
    for (const name of [...left]) this.online.delete(name)
    for (const name of joined) this.online.add(name)
  }

  #keep(message: Received): void {
    if (this.kept.has(message.id)) this.doubled++
    else if (message.id <= this.#last) this.disordered++
    this.kept.set(message.id, message)
    this.#last = message.id
  }

  /** As the contract has it: what one holds past a fork is void. */
  #reset(data: { reason: string; from: number }): void {
    this.resets.push(data)
    this.#last = Math.min(this.#last, data.from)
    if (data.reason !== 'rewound') return
    for (const id of [...this.kept.keys()]) {
      if (id > data.from && this.kept.delete(id)) this.discarded++
    }
  }
}
