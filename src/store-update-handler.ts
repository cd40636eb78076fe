import type { FastifyBaseLogger } from 'fastify'
import type { Presence } from './chat/presence.ts'
import type { Sessions } from './chat/sessions.ts'
import type { Hub } from './delivery/hub.ts'
import { UpdateBatcher } from './delivery/update-batcher.ts'
import type { AppendBatcher } from './store/append-batcher.ts'
import type { LogBounds } from './store/message-log.ts'
import type { StoreListener, StoreUpdate } from './store/store.ts'

export interface StoreUpdateTargets {
  appender: AppendBatcher
  sessions: Sessions
  presence: Presence
  hub: Hub
  log: FastifyBaseLogger
}

/** Applies what the store reports to sessions, presence and streams. */
export class StoreUpdateHandler implements StoreListener {
  readonly #targets: StoreUpdateTargets
  readonly #batcher: UpdateBatcher
  #storeConnected = true

  constructor(targets: StoreUpdateTargets) {
    this.#targets = targets
    this.#batcher = new UpdateBatcher((update) => targets.hub.applyUpdate(update))
  }

  /**
   * False from `disconnected` to `reconnected`: meanwhile this server misses updates, so it refuses
   * calls and streams as `unavailable`.
   */
  get storeConnected(): boolean {
    return this.#storeConnected
  }

  updated(update: StoreUpdate): void {
    const { sessions, presence } = this.#targets
    sessions.invalidate(update.ended)
    sessions.invalidate(update.renewed.map(({ session }) => session))
    sessions.invalidateAccounts(update.accounts.map(({ id }) => id))
    presence.applyUpdate(update)
    this.#batcher.add(update)
  }

  /** Delivers the pending update to the streams at once. */
  flush(): void {
    this.#batcher.flush()
  }

  /** `flush`, if the pending update edits or deletes older messages. */
  flushChanges(): void {
    this.#batcher.flushChanges()
  }

  diverged(bounds: LogBounds): void {
    const { sessions, presence, hub, log } = this.#targets
    this.flush()
    log.warn({ event: 'log diverged', ...bounds }, 'The log of the database has diverged')
    sessions.invalidateAll()
    hub.diverged(bounds)
    presence.renew()
  }

  disconnected(): void {
    const { appender, presence, hub, log } = this.#targets
    log.error({ event: 'store disconnected', streams: hub.size }, 'The database cannot be reached')
    this.#storeConnected = false
    // First, so that nobody leaves because their streams end.
    presence.pause()
    hub.storeDisconnected()
    appender.rejectQueued()
  }

  reconnected(): void {
    const { sessions, presence, log } = this.#targets
    log.warn({ event: 'store reconnected' }, 'The database can be reached again')
    this.#storeConnected = true
    // Sessions that ended meanwhile may be deleted already, and are not reported then.
    sessions.invalidateAll()
    presence.renew()
  }
}
