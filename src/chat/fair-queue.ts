import { LRUCache } from 'lru-cache'
import { Problem } from './problems.ts'

/**
 * Where someone calls from: the networks that their address lies in, from the widest to the
 * narrowest, each as a text that stands for it alone. At least one.
 */
export type Networks = readonly [string, ...string[]]

export interface FairQueueOptions {
  /** How many may wait from one narrowest network. */
  maxWaitingPerNetwork: number
  /** How many may wait in all. */
  maxWaiting: number
  /** Of how many networks it is known when they had their last turn (10,000, some 200 bytes each). */
  rememberedNetworks?: number
}

/** So many turns bring one for whoever has waited longest. */
const oldestEvery = 8

interface Waiter {
  from: Networks
  admit(): void
  refuse(refusal: Problem): void
}

/**
 * Lets one through at a time, and shares the turns between the networks that people call from.
 *
 * A turn goes to whoever's network had its last turn longest ago, or none that is remembered; of
 * several such to the one from which the fewest wait; but each eighth to whoever has waited longest.
 * So someone who comes where many others keep asking need not wait for all of them, and no number of
 * newcomers can hold off forever those who came before. Networks are compared from the widest on:
 * who has many narrow ones in a wide one gains nothing by it.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  /** In the order in which they came. */
  readonly #waiting: Waiter[] = []
  /** The number of each network's last turn. */
  readonly #lastTurns: LRUCache<string, number>
  #turn = 0
  #busy = false

  constructor(options: FairQueueOptions) {
    this.#options = options
    this.#lastTurns = new LRUCache({ max: options.rememberedNetworks ?? 10_000 })
  }

  /**
   * Works when its turn has come.
   *
   * @throws {Problem} `unavailable` where too many wait from the same network, or where the queue is
   *   full and the network is the one from which the most wait
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

  /** Whose turn it is; undefined where nobody waits. */
  #next(): Waiter | undefined {
    if (this.#turn % oldestEvery === oldestEvery - 1) return this.#waiting[0]
    const sizesOf = this.#waitingCounts()
    const order = (one: Waiter, other: Waiter) =>
      compareLists(this.#lastTurnsOf(one), this.#lastTurnsOf(other)) ||
      compareLists(sizesOf(one), sizesOf(other))
    return minimum(this.#waiting, order)
  }

  /** Someone came from a network: if that is one too many, someone is sent away. */
  #enforceLimits(from: Networks): void {
    const { maxWaitingPerNetwork, maxWaiting } = this.#options
    const narrowest = from.at(-1) as string
    const ofNetwork = this.#waiting.filter((one) => one.from.includes(narrowest))
    if (ofNetwork.length > maxWaitingPerNetwork)
      this.#refuse(ofNetwork.at(-1) as Waiter, tooManyFromNetwork)
    else if (this.#waiting.length > maxWaiting) this.#refuse(this.#waiterToEvict(), tooMany)
  }

  /**
   * Who gives way where the queue is full: of the network from which the most wait, from the widest
   * on; of several such the one that had its turn last; there, who came last.
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

  /** How many wait from each of someone's networks. */
  #waitingCounts(): (one: Waiter) => number[] {
    const counts = new Map<string, number>()
    for (const network of this.#waiting.flatMap(({ from }) => from))
      counts.set(network, (counts.get(network) ?? 0) + 1)
    return ({ from }) => from.map((network) => counts.get(network) as number)
  }

  #lastTurnsOf({ from }: Waiter): number[] {
    return from.map((network) => this.#lastTurns.peek(network) ?? 0)
  }
}

const tooManyFromNetwork = 'Too many people are logging in from your network just now. Try again.'
const tooMany = 'Too many people are logging in just now. Try again.'

/** The first of the least. */
function minimum<T>(items: readonly T[], compare: (one: T, other: T) => number): T | undefined {
  const [head, ...rest] = items
  return rest.reduce((least, item) => (compare(item, least as T) < 0 ? item : least), head)
}

/** By the first number in which they differ; what one of them has not counts for nothing. */
function compareLists(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => number !== (other[index] ?? number))
  return at === -1 ? 0 : (one[at] as number) - (other[at] as number)
}
