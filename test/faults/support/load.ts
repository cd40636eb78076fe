import { setTimeout as delay } from 'node:timers/promises'
import { type Act, type ActOptions, Acts } from './acts.ts'
import { type Answer, Hangs } from './caller.ts'
import { Changes } from './deadline.ts'
import type { Door } from './site.ts'

export interface LoadOptions extends ActOptions {
  /** Calls in flight at once. */
  lanes: number
  /** How long each lane rests between two acts, in ms; default 0: these are as many as can be. */
  pauseMs?: number
}

/** A retry of what was refused or lost comes after this, in ms. */
const retryMs = 20

/** People who keep acting (`acts.ts`), whatever happens to the server. */
export class Load {
  readonly acts: Act[] = []
  readonly inFlight = new Set<Act>()
  acknowledged = 0
  /** How long the slowest acknowledgement took, in ms. */
  slowestMs = 0
  /** How often each outcome came. */
  readonly outcomes = new Map<string, number>()
  /** 201s for one post that named different messages. */
  contradictions = 0
  readonly #door: Door
  readonly #options: LoadOptions
  readonly #choice: Acts
  readonly #changes = new Changes()
  #lanes: Promise<void>[] = []
  #goal = 0

  constructor(door: Door, options: LoadOptions) {
    this.#door = door
    this.#options = options
    this.#choice = new Acts(options)
  }

  /** Acts until it is stopped. */
  start(): this {
    this.#goal = Number.POSITIVE_INFINITY
    this.#openLanes()
    return this
  }

  /** Resolves when every act is answered. Only a post without a key may stay without an answer. */
  async stop(): Promise<void> {
    this.#goal = 0
    await Promise.all(this.#lanes)
  }

  /** Does so much, one act after another in each lane, and resolves when all are answered. */
  async run(count: number): Promise<void> {
    this.#goal = this.acts.length + count
    this.#openLanes()
    await Promise.all(this.#lanes)
  }

  until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    return this.#changes.until(condition, what, ms)
  }

  /** Resolves once so many more acts are acknowledged. */
  more(count: number): Promise<void> {
    const goal = this.acknowledged + count
    return this.until(() => this.acknowledged >= goal, `${count} more acts to be acknowledged`)
  }

  /** The number of answers of a kind. */
  count(outcome: string): number {
    return this.outcomes.get(outcome) ?? 0
  }

  #openLanes(): void {
    this.#lanes = Array.from({ length: this.#options.lanes }, () => this.#runLane())
  }

  async #runLane(): Promise<void> {
    const { pauseMs = 0 } = this.#options
    while (this.acts.length < this.#goal) {
      const act = this.#choice.next()
      this.acts.push(act)
      this.#choice.ended(act, await this.#carryOut(act))
      if (pauseMs > 0) await delay(pauseMs)
    }
  }

  /** Undefined: it is not known whether it was done. */
  async #carryOut(act: Act): Promise<Answer | undefined> {
    for (;;) {
      await this.#door.url
      this.inFlight.add(act)
      const answer = await this.#attempt(act)
      this.inFlight.delete(act)
      const outcome = nameOf(answer)
      act.outcomes.push(outcome)
      this.outcomes.set(outcome, this.count(outcome) + 1)
      this.#changes.changed()
      if (!(answer instanceof Error) && answer.status < 500) {
        act.answeredAt = performance.now()
        return answer
      }
      await delay(retryMs)
      if (act.method === 'POST' && act.key === undefined) return undefined
    }
  }

  async #attempt(act: Act): Promise<Answer | Error> {
    const { by, method, path, body, key } = act
    const begunAt = performance.now()
    try {
      const answer = await this.#door.call(method, path, {
        person: by,
        body,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      })
      if (answer.status < 300) {
        this.slowestMs = Math.max(this.slowestMs, performance.now() - begunAt)
        this.#acknowledge(act, answer)
      }
      return answer
    } catch (error) {
      return error as Error
    }
  }

  #acknowledge(act: Act, { body }: Answer): void {
    this.acknowledged++
    if (act.mark !== undefined) return
    if (act.id !== undefined && act.id !== body.id) this.contradictions++
    act.id = body.id
  }
}

function nameOf(answer: Answer | Error): string {
  if (answer instanceof Error) return answer instanceof Hangs ? 'hangs' : 'no answer'
  const { status, body } = answer
  return body?.type ? `${status} ${body.type.slice('/problems/'.length)}` : `${status}`
}
