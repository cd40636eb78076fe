import { Problem } from '../chat/problems.ts'
import type { Session } from '../store/session-store.ts'
import type { Stream } from './stream.ts'

export interface StreamLimits {
  maxStreams: number
  /** 0: no limit. */
  streamsPerUser: number
}

/** The streams that are open, by their accounts and sessions. */
export class StreamRegistry {
  readonly #limits: StreamLimits
  readonly #streams = new Set<Stream>()
  /** Each list is in the order in which its streams opened, and is replaced when it changes. */
  readonly #byAccount = new Map<number, readonly Stream[]>()
  readonly #bySession = new Map<number, readonly Stream[]>()

  constructor(limits: StreamLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#streams.size
  }

  all(): Iterable<Stream> {
    return this.#streams
  }

  ofAccount(account: number): readonly Stream[] {
    return this.#byAccount.get(account) ?? []
  }

  ofSession(session: number): readonly Stream[] {
    return this.#bySession.get(session) ?? []
  }

  add(stream: Stream): void {
    this.#streams.add(stream)
    append(this.#byAccount, stream.account, stream)
    append(this.#bySession, stream.session.id, stream)
  }

  remove(stream: Stream): void {
    this.#streams.delete(stream)
    remove(this.#byAccount, stream.account, stream)
    remove(this.#bySession, stream.session.id, stream)
  }

  /**
   * Makes room for one more stream of the session: ends its oldest if the account is at its limit.
   *
   * @throws {Problem} `unavailable` at the server's limit; `too-many-streams` if the account is at
   *   its limit and the session has no stream
   */
  makeRoom({ id, account }: Session): void {
    const { streamsPerUser, maxStreams } = this.#limits
    const open = this.ofAccount(account.id).length
    if (streamsPerUser > 0 && open >= streamsPerUser) {
      const [oldest] = this.ofSession(id)
      if (oldest === undefined) {
        throw new Problem(
          'too-many-streams',
          `${open} streams of yours are open, none of them from this session; ${streamsPerUser} is the most.`,
          { retryAfter: 10 },
        )
      }
      oldest.end('replaced')
    }
    if (this.size >= maxStreams) {
      throw new Problem('unavailable', 'As many streams are open as this server serves.', {
        retryAfter: 5,
      })
    }
  }
}

type Index = Map<number, readonly Stream[]>

function append(index: Index, id: number, stream: Stream): void {
  index.set(id, [...(index.get(id) ?? []), stream])
}

function remove(index: Index, id: number, stream: Stream): void {
  const others = (index.get(id) as readonly Stream[]).filter((one) => one !== stream)
  if (others.length > 0) index.set(id, others)
  else index.delete(id)
}
