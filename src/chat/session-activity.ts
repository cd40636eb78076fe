import type { SessionUse } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'

/** How many sessions are written in one transaction, so that no post waits for thousands. */
const batchSize = 500

export interface SessionActivityOptions {
  /** The sessions with a stream on this node: an open stream is use. */
  withStreams: () => Iterable<number>
  /** How often it is written, in ms (five minutes). */
  intervalMs?: number
  /** How many sessions are remembered in between (50,000); the use of further ones is not noted. */
  maxSessions?: number
}

/**
 * When the sessions of this node were used last. It is written every few minutes, so that no request costs
 * a commit.
 */
export class SessionActivity {
  readonly #store: Pick<Store, 'sessions' | 'now'>
  readonly #withStreams: () => Iterable<number>
  readonly #maxSessions: number
  readonly #timer: NodeJS.Timeout
  /** What is not written yet: when each session was used last. */
  #uses = new Map<number, number>()
  #writing: Promise<void> = Promise.resolve()

  constructor(
    store: Pick<Store, 'sessions' | 'now'>,
    { withStreams, intervalMs = 300_000, maxSessions = 50_000 }: SessionActivityOptions,
  ) {
    this.#store = store
    this.#withStreams = withStreams
    this.#maxSessions = maxSessions
    this.#timer = setInterval(() => this.flush(), intervalMs)
  }

  /** A request was made with the session. */
  note(session: number): void {
    if (this.#uses.size < this.#maxSessions || this.#uses.has(session))
      this.#uses.set(session, this.#store.now())
  }

  /** Undefined where it was not used on this node since the last write. Unix ms. */
  lastUse(session: number): number | undefined {
    return this.#uses.get(session)
  }

  /** Writes what was noted. What the store cannot take now is lost: the next use is noted again. */
  flush(): Promise<void> {
    for (const session of this.#withStreams()) this.note(session)
    const uses = [...this.#uses].map(([session, at]) => ({ session, at }))
    this.#uses = new Map()
    this.#writing = this.#writing.then(() => this.#write(uses)).catch(() => {})
    return this.#writing
  }

  /** Writes the rest. */
  close(): Promise<void> {
    clearInterval(this.#timer)
    return this.flush()
  }

  async #write(uses: readonly SessionUse[]): Promise<void> {
    for (let at = 0; at < uses.length; at += batchSize)
      await this.#store.sessions.noteUse(uses.slice(at, at + batchSize))
  }
}
