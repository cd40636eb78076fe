import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import type { OnlineChange } from '../../../src/chat/online-users.ts'
import type { Presence } from '../../../src/chat/presence.ts'
import { DeliveryReceipts } from '../../../src/delivery/delivery-receipts.ts'
import { allEvents, parseEvents } from '../../../src/delivery/event-names.ts'
import type { Chunk } from '../../../src/delivery/http-chunk.ts'
import { Hub, type HubSettings } from '../../../src/delivery/hub.ts'
import { LogCache } from '../../../src/delivery/log-cache.ts'
import { PresenceBroadcaster } from '../../../src/delivery/presence-broadcaster.ts'
import { RecentEvents } from '../../../src/delivery/recent-events.ts'
import type { SseConnectionEvents } from '../../../src/delivery/sse-connection.ts'
import { type StreamUpdate, UpdateBatcher } from '../../../src/delivery/update-batcher.ts'
import type { Cursor, Entry } from '../../../src/store/message-log.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { FakeLog } from './fake-log.ts'

export { epoch, FakeLog } from './fake-log.ts'

/** A socket with as much room as the test gives it. */
export class FakeConnection {
  text = ''
  ended = false
  destroyed = false
  isDrained = true
  /** How many more writes it takes before it is full. */
  room = Number.POSITIVE_INFINITY
  #events: SseConnectionEvents | undefined
  #wake = () => {}

  listen(events: SseConnectionEvents) {
    this.#events = events
  }

  buffer(text: string) {
    this.text += text
  }

  write(what: Chunk | string) {
    this.text += typeof what === 'string' ? what : `${what.plain}`
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

  /**
   * The events in short: m1 is message 1, k1 is message 1 without a cursor, ready@1 is ready with cursor 1,
   * room.joined@2 is entry 2.
   */
  get received(): string {
    return this.text
      .split('\n\n')
      .flatMap((chunk) => {
        const [, id] = /^id: (\d+)/m.exec(chunk) ?? []
        const [, name] = /^event: ([\w.]+)/m.exec(chunk) ?? []
        const data = JSON.parse(/^data: (.*)$/m.exec(chunk)?.[1] ?? '{}')
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
      if (Date.now() > deadline) throw new Error(`timed out; received: ${this.received}`)
      await nextTurn()
    }
  }
}

export const session = (id: number, account = id): Session => ({
  id,
  account: { id: account, username: `p${account}`, createdAt: 0, role: 'member' },
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
  nonce: 'n',
})

export class DeliveryFixture {
  readonly log = new FakeLog()
  readonly errors: unknown[] = []
  readonly left: number[] = []
  /** Sessions that were lost with the end of the log. */
  readonly goneSessions = new Set<number>()
  readonly endedSessions: number[] = []
  readonly logCache: LogCache
  readonly hub: Hub
  /** Gathers updates, as the server does. */
  readonly batcher = new UpdateBatcher((update) => this.applyUpdate(update))
  /** The usernames of those who are online. */
  online = ['p1']
  storeConnected = true
  /** While true, presence is not stored. */
  holdPresence = false
  #arrivals: (() => void)[] = []
  #onlineChanged: (change: OnlineChange) => void = () => {}

  constructor(settings: Partial<HubSettings> = {}, recent = new RecentEvents()) {
    const store = { log: this.log, rooms: this.log, receipts: this.log }
    this.logCache = new LogCache(store, () => this.batcher.flushChanges(), recent)
    this.logCache.applyUpdate({ bounds: this.log.bounds_, entries: [] })
    const presence = {
      names: () => this.online,
      enter: () =>
        this.holdPresence
          ? new Promise<void>((resolve) => this.#arrivals.push(resolve))
          : Promise.resolve(),
      leave: (session: number) => this.left.push(session),
      sessionEnded: (session: number) => this.endedSessions.push(session),
      onChanged: (listener: (change: OnlineChange) => void) => {
        this.#onlineChanged = listener
      },
    } as unknown as Presence
    Object.defineProperty(presence, 'count', { get: () => this.online.length })
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
        logCache: this.logCache,
        presence,
        presenceBroadcaster: new PresenceBroadcaster(presence),
        receipts: new DeliveryReceipts(this.log, () => this.logCache.epoch),
        retryMs: 1,
        isSessionValid: async ({ id }) => !this.goneSessions.has(id),
        storeConnected: () => this.storeConnected,
        now: Date.now,
        onError: (error) => this.errors.push(error),
      },
    )
    t.teardown(() => this.hub.destroy())
    t.teardown(() => void this.hub.close())
  }

  come(id: number) {
    const username = `p${id}`
    this.online.push(username)
    this.#onlineChanged({ person: { id, username }, online: true })
  }

  releasePresence() {
    this.holdPresence = false
    for (const arrive of this.#arrivals.splice(0)) arrive()
  }

  /** Appends a message for each recipient, 0 for a broadcast, and delivers them as one commit. */
  send(...recipients: number[]) {
    this.deliver(this.append(...recipients))
  }

  /** Delivers what was appended. */
  deliver(entries: Entry[]) {
    this.update({ entries })
  }

  /** Applies an update at once. */
  update(update: Partial<StreamUpdate>) {
    this.hub.applyUpdate(this.updateOf(update))
  }

  updateOf(update: Partial<StreamUpdate>): StreamUpdate {
    return {
      bounds: this.log.bounds_,
      entries: [],
      ended: [],
      renewed: [],
      accounts: [],
      read: [],
      typing: [],
      ...update,
    }
  }

  /** What becomes of the updates that the batcher has gathered. */
  applyUpdate(update: StreamUpdate) {
    this.hub.applyUpdate(update)
  }

  /** Tells the hub that the log has another epoch. */
  diverge() {
    this.hub.diverged(this.log.bounds_)
  }

  /** Appends messages without telling the hub. */
  append(...recipients: number[]) {
    return recipients.map((to) => this.log.say({ to }))
  }

  /** @param events a list of names, as of the parameter `events` */
  async join(
    id: number,
    cursor: Cursor | null = null,
    connection = new FakeConnection(),
    events?: string,
  ) {
    this.open(id, cursor, connection, session(id), events)
    await connection.until(() => connection.received.includes('ready'))
    return connection
  }

  open(
    id: number,
    cursor: Cursor | null,
    connection: FakeConnection,
    of = session(id),
    names?: string,
  ) {
    this.hub.admit(of)
    const events = names === undefined ? allEvents : parseEvents(names)
    return this.hub.open({ session: of, cursor, presence: 'full', events, connection })
  }
}
