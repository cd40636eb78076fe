import type {
  ConversationKey,
  ConversationRefusal,
  ConversationStore,
} from '../store/conversation-store.ts'
import type { Person } from '../store/person.ts'

type Outcome = 'done' | 'not-accepted' | ConversationRefusal

/** The last call about one person and conversation that went to the store, for an interval. */
interface RecentCall {
  outcome: Promise<Outcome>
  timer: NodeJS.Timeout
  /** Another call came meanwhile. */
  isRepeated: boolean
}

interface TypingGathererOptions {
  intervalMs?: number
  /** How many calls are remembered; further ones are not gathered. */
  maxCalls?: number
}

/**
 * Tells the store that someone is typing at most once in an interval for each person and conversation. A
 * call that comes earlier gets the outcome of the one before, and is told at the end of the interval.
 */
export class TypingGatherer {
  readonly #store: Pick<ConversationStore, 'tellTyping'>
  readonly #intervalMs: number
  readonly #maxCalls: number
  readonly #recent = new Map<string, RecentCall>()

  constructor(
    store: Pick<ConversationStore, 'tellTyping'>,
    { intervalMs = 1_000, maxCalls = 10_000 }: TypingGathererOptions = {},
  ) {
    this.#store = store
    this.#intervalMs = intervalMs
    this.#maxCalls = maxCalls
  }

  /** @throws {Unavailable} */
  tell(viewer: Person, key: ConversationKey): Promise<Outcome> {
    const id = `${viewer.id} ${key.type} ${key.type === 'everyone' ? '' : key.key}`
    const recent = this.#recent.get(id)
    if (recent === undefined) return this.#ask(id, viewer, key)
    recent.isRepeated = true
    return recent.outcome
  }

  /** What was to be told later is not told. */
  close(): void {
    for (const { timer } of this.#recent.values()) clearTimeout(timer)
    this.#recent.clear()
  }

  #ask(id: string, viewer: Person, key: ConversationKey): Promise<Outcome> {
    const outcome = this.#store.tellTyping(viewer, key)
    if (this.#recent.size >= this.#maxCalls) return outcome
    const timer = setTimeout(() => {
      this.#recent.delete(id)
      // It may get lost.
      if (call.isRepeated) this.#ask(id, viewer, key).catch(() => {})
    }, this.#intervalMs)
    const call: RecentCall = { outcome, timer, isRepeated: false }
    this.#recent.set(id, call)
    this.#forgetUnlessDone(id, call)
    return outcome
  }

  /** After a refusal or a failure the next call asks again. */
  async #forgetUnlessDone(id: string, call: RecentCall): Promise<void> {
    const outcome = await call.outcome.catch(() => undefined)
    if (outcome === 'done' || this.#recent.get(id) !== call) return
    clearTimeout(call.timer)
    this.#recent.delete(id)
  }
}
