import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { ReadMarker, TypingSignal } from '../../../src/store/conversation-store.ts'
import type { LogBounds } from '../../../src/store/message-log.ts'
import { openPostgresStore, type PostgresOptions } from '../../../src/store/postgres/open.ts'
import type { Store, StoreUpdate } from '../../../src/store/store.ts'

export interface OpenNode {
  store: Store
  updates: RecordedUpdates
}

/** Everything that was published to a listener. */
class RecordedUpdates {
  /** Ids of entries, in order. */
  readonly ids: number[] = []
  readonly ended: number[] = []
  /** `+7` for session 7 that entered, `-7` for one that left. */
  readonly sessions: string[] = []
  readonly read: ReadMarker[] = []
  readonly typing: TypingSignal[] = []
  /** `diverged`, `disconnected`, `reconnected`. */
  readonly transitions: string[] = []
  bounds: LogBounds | undefined
  #waiters: (() => void)[] = []

  updated({ entries, ended, entered, left, read, typing, bounds }: StoreUpdate): void {
    this.ids.push(...entries.map(({ id }) => id))
    this.ended.push(...ended)
    this.sessions.push(...entered.map(({ session }) => `+${session}`))
    this.sessions.push(...left.map((session) => `-${session}`))
    this.read.push(...read)
    this.typing.push(...typing)
    this.bounds = bounds
    this.#wake()
  }

  diverged(bounds: LogBounds): void {
    this.bounds = bounds
    this.#record('diverged')
  }

  disconnected(): void {
    this.#record('disconnected')
  }

  reconnected(): void {
    this.#record('reconnected')
  }

  /** @throws after 30 s */
  async until(condition: (updates: this) => boolean): Promise<void> {
    const deadline = Date.now() + 30_000
    while (!condition(this)) {
      if (Date.now() > deadline)
        throw new Error(`never came: ${condition}; ${JSON.stringify(this)}`)
      await Promise.race([new Promise<void>((resolve) => this.#waiters.push(resolve)), delay(50)])
    }
  }

  #record(transition: string): void {
    this.transitions.push(transition)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }
}

/** Opens a node that is closed after the test. */
export async function openNode(
  t: Test,
  databaseUrl: string,
  options: Partial<PostgresOptions> = {},
): Promise<OpenNode> {
  const store = await openPostgresStore({
    databaseUrl,
    presenceLeaseMs: 15_000,
    graceMs: 10_000,
    maxConnections: 3,
    ...options,
  })
  t.teardown(() => store.close())
  const updates = new RecordedUpdates()
  store.subscribe(updates)
  return { store, updates }
}

/** Timeouts with which a fault is noticed within two seconds. */
export const shortTimeouts = {
  queryTimeoutMs: 1_000,
  pollIntervalMs: 50,
  maxStalenessMs: 1_000,
  unreachableMs: 1_200,
  disconnectAfterMs: 1_500,
}

export function isWritable(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  )
}
