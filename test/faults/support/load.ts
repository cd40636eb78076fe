import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, Hangs, type Person } from './caller.ts'
import { Changes } from './deadline.ts'
import type { Door } from './site.ts'

export interface LoadOptions {
  /** Tells its texts and keys from those of another load, in visible ASCII; default: none. */
  name?: string
  people: readonly Person[]
  /** Posts in flight at once. */
  lanes: number
  /** How long each lane rests between two posts, in ms; default 0: these are as many as can be. */
  pauseMs?: number
  /** What comes after the words that tell texts apart. */
  filler?: string
  /** Every so many posts one is a direct message to the next person. 0: none. */
  directEvery?: number
  /** Every so many posts one has no Idempotency-Key, so that its lost answer stays lost. 0: none. */
  keylessEvery?: number
}

/** One message that someone wants to say, and what became of it. */
export interface Post {
  from: Person
  to: Person | undefined
  /** Like no other. */
  text: string
  key: string | undefined
  /** For each attempt: the status, with the problem's code where there is one; or `no answer`, `hangs`. */
  outcomes: string[]
  /** Where it stands in the log, by a 201. */
  id: number | undefined
}

/** A retry of what was refused or lost comes after this, in ms. */
const retryMs = 20

/** People who keep posting, whatever happens to the server. */
export class Load {
  readonly posts: Post[] = []
  readonly inFlight = new Set<Post>()
  acknowledged = 0
  /** How long the slowest 201 took, in ms. */
  slowestMs = 0
  /** How often each outcome came. */
  readonly outcomes = new Map<string, number>()
  /** 201s for one post that named different messages. */
  contradictions = 0
  readonly #door: Door
  readonly #options: LoadOptions
  readonly #changes = new Changes()
  #lanes: Promise<void>[] = []
  #begun = 0
  #goal = 0

  constructor(door: Door, options: LoadOptions) {
    this.#door = door
    this.#options = options
  }

  /** Posts until it is stopped. */
  start(): this {
    this.#goal = Number.POSITIVE_INFINITY
    this.#openLanes()
    return this
  }

  /** Resolves when every post is answered, and each with a key is acknowledged. */
  async stop(): Promise<void> {
    this.#goal = 0
    await Promise.all(this.#lanes)
  }

  /** Says so many messages, one after another in each lane, and resolves when all are answered. */
  async say(count: number): Promise<void> {
    this.#goal = this.#begun + count
    this.#openLanes()
    await Promise.all(this.#lanes)
  }

  until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    return this.#changes.until(condition, what, ms)
  }

  /** Resolves once so many more posts are acknowledged. */
  more(count: number): Promise<void> {
    const goal = this.acknowledged + count
    return this.until(() => this.acknowledged >= goal, `${count} more posts to be acknowledged`)
  }

  /** The number of answers of a kind. */
  count(outcome: string): number {
    return this.outcomes.get(outcome) ?? 0
  }

  #openLanes(): void {
    this.#lanes = Array.from({ length: this.#options.lanes }, () => this.#run())
  }

  async #run(): Promise<void> {
    const { pauseMs = 0 } = this.#options
    while (this.#begun < this.#goal) {
      await this.#deliver(this.#next())
      if (pauseMs > 0) await delay(pauseMs)
    }
  }

  #next(): Post {
    const { people, name = '', filler = '', directEvery = 0, keylessEvery = 0 } = this.#options
    const number = ++this.#begun
    const nth = (every: number) => every > 0 && number % every === 0
    const post: Post = {
      from: people[number % people.length] as Person,
      to: nth(directEvery) ? people[(number + 1) % people.length] : undefined,
      text: `message ${name}${number} ${filler}`,
      key: nth(keylessEvery) ? undefined : `key-${name}${number}`,
      outcomes: [],
      id: undefined,
    }
    this.posts.push(post)
    return post
  }

  async #deliver(post: Post): Promise<void> {
    for (;;) {
      await this.#door.url
      this.inFlight.add(post)
      const outcome = await this.#attempt(post)
      this.inFlight.delete(post)
      post.outcomes.push(outcome)
      this.outcomes.set(outcome, this.count(outcome) + 1)
      this.#changes.changed()
      if (outcome === '201') return
      await delay(retryMs)
      if (post.key === undefined) return
    }
  }

  async #attempt(post: Post): Promise<string> {
    const { from, to, text, key } = post
    const [path, body] = to
      ? ['direct', { to: to.username, text, whenOffline: 'keep' }]
      : ['broadcast', { text }]
    const begunAt = performance.now()
    try {
      const answer = await this.#door.call('POST', `/v1/messages/${path}`, {
        person: from,
        body,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      })
      if (answer.status === 201) {
        this.slowestMs = Math.max(this.slowestMs, performance.now() - begunAt)
        this.#acknowledge(post, answer.body.id)
      }
      return nameOf(answer)
    } catch (error) {
      return error instanceof Hangs ? 'hangs' : 'no answer'
    }
  }

  #acknowledge(post: Post, id: number): void {
    if (post.id !== undefined && post.id !== id) this.contradictions++
    post.id = id
    this.acknowledged++
  }
}

function nameOf({ status, body }: Answer): string {
  return body?.type ? `${status} ${body.type.slice('/problems/'.length)}` : `${status}`
}
