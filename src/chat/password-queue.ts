import { LruMap } from 'toad-cache'
import { Problem } from './problems.ts'

/** The networks that contain a client's address, from the widest to the narrowest, each as a unique text. */
export type Networks = readonly [string, ...string[]]

export interface PasswordQueueOptions {
  /** How many tasks may wait from one narrowest network. */
  maxWaitingPerNetwork: number
  /** How many tasks may wait in all. */
  maxWaiting: number
  /** For how many networks the last turn is remembered (10,000, some 200 bytes each). */
  rememberedNetworks?: number
}

/** Every eighth turn goes to the task that has waited longest. */
const oldestEvery = 8

interface Waiter {
  from: Networks
  admit(): void
  refuse(refusal: Problem): void
}

/**
 * Hashes passwords one at a time (a task is one hashing), and shares the turns between the networks of
 * the clients.
 *
 * - A turn goes to the network whose last turn is longest ago, or that has none. Among several of
 *   these it goes to the one with the fewest waiting tasks. So a client need not wait for all tasks
 *   of a network that keeps asking.
 * - Every eighth turn goes to the task that has waited longest. So no number of new networks can
 *   hold off earlier clients forever.
 * - Networks are compared from the widest on. So many narrow networks within a wide one gain nothing.
 */
export class PasswordQueue {
  readonly #options: PasswordQueueOptions
  /** In the order of arrival. */
  readonly #waiting: Waiter[] = []
  /** The number of each network's last turn. */
  readonly #lastTurns: LruMap<number>
  #turn = 0
  #busy = false

  constructor(options: PasswordQueueOptions) {
    this.#options = options
    this.#lastTurns = new LruMap(options.rememberedNetworks ?? 10_000)
  }

  /**
   * Runs a task in its turn.
   *
   * @throws {Problem} `unavailable` if too many tasks wait from the same network, or if the queue is
   *   full and the network is the one with the most waiting tasks
   */
  async run<T>(from: Networks, task: () => Promise<T>): Promise<T> {
    await this.#wait(from)
    try {
      return await task()
    } finally {
      this.#busy = false
      this.#admitNext()
    }
  }

  #wait(from: Networks): Promise<void> {
    return new Promise((enter, refuse) => {
      this.#waiting.push({ from, admit: enter, refuse })
      if (!this.#busy) this.#admitNext()
      else this.#enforceLimits(from)
    })
  }

  #admitNext(): void {
    const next = this.#next()
    if (next === undefined) return
    this.#remove(next)
    this.#turn++
    for (const network of next.from) this.#lastTurns.set(network, this.#turn)
    this.#busy = true
    next.admit()
  }

  #next(): Waiter | undefined {
    if (this.#turn % oldestEvery === oldestEvery - 1) return this.#waiting[0]
    const sizesOf = this.#waitingCounts()
    const order = (one: Waiter, other: Waiter) =>
      compareLists(this.#lastTurnsOf(one), this.#lastTurnsOf(other)) ||
      compareLists(sizesOf(one), sizesOf(other))
    return minimum(this.#waiting, order)
  }

  /** Refuses one task if there are too many after one was added from a network. */
  #enforceLimits(from: Networks): void {
    const { maxWaitingPerNetwork, maxWaiting } = this.#options
    const narrowest = from.at(-1) as string
    const ofNetwork = this.#waiting.filter((one) => one.from.includes(narrowest))
    if (ofNetwork.length > maxWaitingPerNetwork)
      this.#refuse(ofNetwork.at(-1) as Waiter, tooManyFromNetwork)
    else if (this.#waiting.length > maxWaiting) this.#refuse(this.#waiterToEvict(), tooMany)
  }

  /**
   * The task to refuse when the queue is full: the latest of the network with the most waiting tasks,
   * and among several such networks of the one that had its turn last.
   */
  #waiterToEvict(): Waiter {
    const sizesOf = this.#waitingCounts()
    const order = (one: Waiter, other: Waiter) =>
      compareLists(sizesOf(other), sizesOf(one)) ||
      compareLists(this.#lastTurnsOf(other), this.#lastTurnsOf(one))
    return minimum(this.#waiting.toReversed(), order) as Waiter
  }

  #refuse(one: Waiter, detail: string): void {
    this.#remove(one)
    one.refuse(new Problem('unavailable', detail, { retryAfter: 1 }))
  }

  #remove(one: Waiter): void {
    this.#waiting.splice(this.#waiting.indexOf(one), 1)
  }

  /** How many tasks wait from each network of a task. */
  #waitingCounts(): (one: Waiter) => number[] {
    const counts = new Map<string, number>()
    for (const network of this.#waiting.flatMap(({ from }) => from))
      counts.set(network, (counts.get(network) ?? 0) + 1)
    return ({ from }) => from.map((network) => counts.get(network) as number)
  }

  #lastTurnsOf({ from }: Waiter): number[] {
    return from.map((network) => this.#lastTurns.get(network) ?? 0)
  }
}

const tooManyFromNetwork = 'Too many people are logging in from your network just now. Try again.'
const tooMany = 'Too many people are logging in just now. Try again.'

/** The first of the smallest items. */
function minimum<T>(items: readonly T[], compare: (one: T, other: T) => number): T | undefined {
  const [head, ...rest] = items
  return rest.reduce((least, item) => (compare(item, least as T) < 0 ? item : least), head)
}

/** Compares by the first numbers that differ; the longer list is not greater for its length. */
function compareLists(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => number !== (other[index] ?? number))
  return at === -1 ? 0 : (one[at] as number) - (other[at] as number)
}
