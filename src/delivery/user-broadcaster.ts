import type { Account } from '../store/person.ts'
import { Chunk } from './http-chunk.ts'
import { userUpdatedEvent } from './sse-events.ts'
import type { StreamRegistry } from './stream-registry.ts'

interface UserBroadcasterOptions {
  /** The shortest time between two broadcasts, in ms (250). */
  minIntervalMs?: number
  /** How many people are told of in one broadcast; the others wait (20). */
  maxPerBroadcast?: number
  /** How many wait at most (10,000): of further ones nothing is told. */
  maxPending?: number
}

/** Tells streams who has another display name, role or state: the newest of each person, a few at a time. */
export class UserBroadcaster {
  readonly #streams: Pick<StreamRegistry, 'all'>
  readonly #options: Required<UserBroadcasterOptions>
  readonly #pending = new Map<number, Account>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    streams: Pick<StreamRegistry, 'all'>,
    { minIntervalMs = 250, maxPerBroadcast = 20, maxPending = 10_000 }: UserBroadcasterOptions = {},
  ) {
    this.#streams = streams
    this.#options = { minIntervalMs, maxPerBroadcast, maxPending }
  }

  add(changed: readonly Account[]): void {
    for (const account of changed)
      if (this.#pending.has(account.id) || this.#pending.size < this.#options.maxPending)
        this.#pending.set(account.id, account)
    if (this.#timer === undefined && this.#pending.size > 0) this.#broadcast()
  }

  /** Forgets who waits. */
  clear(): void {
    this.#pending.clear()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #broadcast(): void {
    const { minIntervalMs, maxPerBroadcast } = this.#options
    this.#timer = undefined
    if (this.#pending.size === 0) return
    const next = [...this.#pending.values().take(maxPerBroadcast)]
    for (const { id } of next) this.#pending.delete(id)
    const chunk = new Chunk(Buffer.from(next.map(userUpdatedEvent).join('')))
    for (const stream of this.#streams.all()) stream.sendSignal('user.updated', chunk)
    this.#timer = setTimeout(() => this.#broadcast(), minIntervalMs)
  }
}
