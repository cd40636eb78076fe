import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import type { Presence } from '../../../src/chat/presence.ts'
import type { Block } from '../../../src/delivery/block.ts'
import { Hub, type HubSettings } from '../../../src/delivery/hub.ts'
import { ReachedMarks } from '../../../src/delivery/marks.ts'
import { PresenceFeed } from '../../../src/delivery/presence-feed.ts'
import { Recent } from '../../../src/delivery/recent.ts'
import { Tail } from '../../../src/delivery/tail.ts'
import type { Wire, WireEvents } from '../../../src/delivery/wire.ts'
import type { Cursor, Entry, Extent, Placement, Session } from '../../../src/store/store.ts'

export const epoch = 'mh4k2c9z'

/** A log in memory that reads a few ids at a time, and can be made to fail. */
export class FakeLog {
  readonly entries: Entry[] = []
  epoch = epoch
  oldest = 1
  reached = new Map<number, number>()
  failures: Error[] = []
  reads = 0
  placement: Partial<Placement> = {}
  placeOf: (cursor: Cursor) => Partial<Placement> = ({ id }) => ({
    position: id,
    ...this.placement,
  })

  get extent_(): Extent {
    return { epoch: this.epoch, oldest: this.oldest, head: this.entries.length }
  }

  #ask<T>(answer: T): T {
    this.reads++
    const failure = this.failures.shift()
    if (failure) throw failure
    return answer
  }

  async extent() {
    return this.extent_
  }

  async read(after: number, viewer: number) {
    const scanned = this.entries.filter(
      ({ id }) => id > after && id <= after + 5 && id >= this.oldest,
    )
    return this.#ask({
      extent: this.extent_,
      entries: scanned.filter(({ to, from }) => !to || to.id === viewer || from.id === viewer),
      covered: scanned.at(-1)?.id ?? after,
    })
  }

  async readKept(after: number, upTo: number, viewer: number) {
    const entries = this.entries
      .filter(({ id, to }) => id > after && id <= upTo && to?.id === viewer)
      .slice(0, 2)
    const last = entries.length < 2 ? upTo : (entries.at(-1) as Entry).id
    return this.#ask({ extent: this.extent_, entries, covered: last })
  }

  async unreached(viewer: number) {
    const upTo = this.entries.length
    return this.#ask({ after: this.reached.get(viewer) ?? 0, upTo, extent: this.extent_ })
  }

  async place(cursor: Cursor): Promise<Placement> {
    const placed = { position: cursor.id, reset: null, ...this.placeOf(cursor) }
    return this.#ask({ extent: this.extent_, ...placed })
  }

  async markReached(marks: readonly { account: number; id: number }[]) {
    for (const { account, id } of marks) this.reached.set(account, id)
  }
}

/** A socket that takes what it is told to take. */
export class FakeWire {
  text = ''
  ended = false
  destroyed = false
  empty = true
  /** How many more blocks it takes before it is full. */
  room = Number.POSITIVE_INFINITY
  /** Takes blocks as they are framed, as a socket does. */
  outlet: Wire['outlet'] = {
    write: (framed: Buffer) => this.#take(`${framed}`.replace(/^\w+\r\n/, '').slice(0, -2)),
  } as Wire['outlet']
  #events: WireEvents | undefined
  #wake = () => {}

  listen(events: WireEvents) {
    this.#events = events
  }

  filled() {}

  begin() {}

  hold(text: string) {
    this.text += text
  }

  write(what: Block | string) {
    return this.#take(typeof what === 'string' ? what : `${what.plain}`)
  }

  #take(text: string) {
    this.text += text
    this.#wake()
    return --this.room > 0
  }

  end(text: string) {
    this.write(text)
    this.ended = true
  }

  destroy() {
    this.destroyed = true
    this.close()
  }

  close() {
    this.#events?.closed()
    this.#wake()
  }

  drain(room = Number.POSITIVE_INFINITY) {
    this.room = room
    this.#events?.drained()
  }

  /** What came, in short: m1 for message 1, k1 for one without an id, r for ready, and so on. */
  get came(): string {
    return this.text
      .split('\n\n')
      .flatMap((block) => {
        const [, id] = /^id: (\d+)/m.exec(block) ?? []
        const [, name] = /^event: (\w+)/m.exec(block) ?? []
        const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}')
        if (name === 'message') return id ? `m${data.id}` : `k${data.id}`
        if (name === 'bye') return data.reason
        if (data.reason === 'new-epoch') return `new-epoch@${id}`
        return name ? `${name}${id ? `@${id}` : ''}` : []
      })
      .join(' ')
  }

  async until(condition: () => boolean) {
    const deadline = Date.now() + 20_000
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain; came: ${this.came}`)
      await nextTurn()
    }
  }
}

export const session = (id: number, account = id): Session => ({
  id,
  account: { id: account, username: `p${account}`, createdAt: 0 },
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
})

export class House {
  readonly log = new FakeLog()
  readonly errors: unknown[] = []
  readonly left: number[] = []
  /** Sessions that went with what the log lost. */
  readonly gone = new Set<number>()
  readonly over: number[] = []
  readonly tail: Tail
  readonly hub: Hub
  /** While true, nobody's presence is stored. */
  holdPresence = false
  #arrivals: (() => void)[] = []

  constructor(settings: Partial<HubSettings> = {}, recent = new Recent()) {
    this.tail = new Tail(this.log, recent)
    this.tail.follow({ extent: this.log.extent_, entries: [] })
    const presence = {
      count: 1,
      names: () => ['p1'],
      enter: () =>
        this.holdPresence
          ? new Promise<void>((resolve) => this.#arrivals.push(resolve))
          : Promise.resolve(),
      leave: (session: number) => this.left.push(session),
      over: (session: number) => this.over.push(session),
      onChanged: () => {},
    } as unknown as Presence
    this.hub = new Hub(
      {
        heartbeatMs: 3_600_000,
        streamMaxSeconds: 0,
        maxStreams: 100,
        streamsPerUser: 20,
        presenceGraceMs: 1000,
        ...settings,
      },
      {
        tail: this.tail,
        presence,
        feed: new PresenceFeed(presence),
        marks: new ReachedMarks(this.log, () => this.tail.epoch),
        retryMs: 1,
        stands: async ({ id }) => !this.gone.has(id),
        now: Date.now,
        onError: (error) => this.errors.push(error),
      },
    )
    t.teardown(() => this.hub.destroy())
    t.teardown(() => void this.hub.close())
  }

  arrive() {
    this.holdPresence = false
    for (const arrive of this.#arrivals.splice(0)) arrive()
  }

  /** Says something, `to` 0 for all, and delivers it as one commit. */
  say(...recipients: number[]) {
    const entries = this.write(...recipients)
    this.hub.follow({ extent: this.log.extent_, entries, ended: [] })
  }

  /** The server hears that the log has another epoch. */
  turn() {
    this.hub.turned(this.log.extent_)
  }

  /** The same, but the server has not heard of it yet. */
  write(...recipients: number[]) {
    const entries = recipients.map((to, index) => ({
      id: this.log.entries.length + index + 1,
      from: { id: 9, username: 'p9' },
      to: to === 0 ? null : { id: to, username: `p${to}` },
      text: 'x',
      sentAt: 0,
    }))
    this.log.entries.push(...entries)
    return entries
  }

  async join(id: number, cursor: Cursor | null = null, wire = new FakeWire()) {
    this.open(id, cursor, wire)
    await wire.until(() => wire.came.includes('ready'))
    return wire
  }

  open(id: number, cursor: Cursor | null, wire: FakeWire, of = session(id)) {
    this.hub.admit(of)
    return this.hub.open({ session: of, cursor, presence: 'full', wire })
  }
}
