import { signal } from '@preact/signals'
import { ObrolError } from '../../client/index.ts'
import {
  type Action,
  type Ask,
  type ChatState,
  initialState,
  reduce,
} from '../../client/state/index.ts'

/** Past so many messages of an open conversation those at the other end are let go. */
const maxMessages = 4_000
const pageSize = 100

/** The delay before what could not be asked is asked again, in ms. */
const retryMs = 5_000

/** How often names that no longer type are removed, in ms. */
const tickMs = 1_000

/** The current state of the chat, and the calls that it asks for. */
export class ChatStore {
  readonly state
  /** Asks that failed, and wait to be repeated. */
  readonly failed = signal<ReadonlySet<number>>(new Set())
  readonly #get: (path: string) => Promise<unknown>
  readonly #underWay = new Set<number>()
  readonly #ticks: ReturnType<typeof setInterval>
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  /** @param get answers a GET, and throws `ObrolError` */
  constructor(me: string, get: (path: string) => Promise<unknown>) {
    this.#get = get
    this.state = signal<ChatState>(initialState(me, { messages: maxMessages, page: pageSize }))
    this.#ticks = setInterval(() => this.dispatch({ type: 'tick', now: performance.now() }), tickMs)
  }

  dispatch(...actions: readonly Action[]): void {
    if (this.#closed) return
    this.state.value = actions.reduce(reduce, this.state.value)
    this.#askAll()
  }

  /** Asks at once for what could not be asked before. */
  retryNow(): void {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.failed.value = new Set()
    this.#askAll()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retryTimer)
    clearInterval(this.#ticks)
  }

  /** Only once the stream has told where it begins: it would not tell what changed before. */
  #askAll(): void {
    const { asks, cursor } = this.state.value
    if (cursor === undefined) return
    for (const ask of asks)
      if (!this.#underWay.has(ask.id) && !this.failed.value.has(ask.id)) void this.#answer(ask)
  }

  async #answer(ask: Ask): Promise<void> {
    this.#underWay.add(ask.id)
    try {
      const body = await this.#get(ask.path).catch(bodyOfRefusal)
      this.dispatch({ type: 'answer', ask, body })
    } catch {
      if (this.#closed) return
      this.failed.value = new Set(this.failed.value).add(ask.id)
      this.#retryTimer ??= setTimeout(() => this.retryNow(), retryMs)
    }
    this.#underWay.delete(ask.id)
  }
}

/** There is no such thing for this user: undefined. */
function bodyOfRefusal(error: unknown): undefined {
  if (error instanceof ObrolError && (error.status === 403 || error.status === 404)) return
  throw error
}
