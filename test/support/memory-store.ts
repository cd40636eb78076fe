import type {
  Account,
  Credentials,
  Draft,
  Entry,
  LogBounds,
  NewAccount,
  Outcome,
  Page,
  PageRange,
  Session,
  Store,
} from '../../src/store/store.ts'

type Kept = Pick<
  Store,
  | 'append'
  | 'isUpToDate'
  | 'credentials'
  | 'endSession'
  | 'entry'
  | 'findByIdempotencyKey'
  | 'now'
  | 'openSession'
  | 'page'
  | 'register'
  | 'session'
  | 'skeletonsTaken'
>

/** As much of a store as the domain's tests need, in memory. Failures and waits are set by the test. */
export class MemoryStore implements Kept {
  readonly epoch = 'mh4k2c9z'
  /** False: what other nodes did may be missing from what is known here. */
  isUpToDate = true
  now = Date.now
  /** Every call fails with this while it is set. */
  failure: Error | undefined
  /** Every call waits for this before it answers what it found. */
  gate: Promise<void> = Promise.resolve()
  /** The names of the calls so far. */
  readonly calls: string[] = []
  readonly online = new Set<number>()
  readonly #accounts = new Map<string, Credentials>()
  readonly #skeletons = new Set<string>()
  readonly #sessions = new Map<number, Session>()
  readonly #entries: Entry[] = []
  readonly #keys = new Map<string, { digest: string; entry: Entry }>()
  #lastSession = 0

  async append(batch: readonly Draft[]): Promise<Outcome[]> {
    return this.#call('append', () => batch.map((draft) => this.#append(draft)))
  }

  async findByIdempotencyKey(account: number, key: string) {
    return this.#call('findByIdempotencyKey', () => this.#keys.get(`${account} ${key}`))
  }

  async page(viewer: number, range: PageRange): Promise<Page> {
    return this.#call('page', () => this.#page(viewer, range))
  }

  async entry(id: number, viewer: number): Promise<Entry | undefined> {
    return this.#call('entry', () => this.#visible(viewer).find((entry) => entry.id === id))
  }

  async skeletonsTaken(skeletons: readonly string[]): Promise<boolean> {
    return this.#call('skeletonsTaken', () => skeletons.some((one) => this.#skeletons.has(one)))
  }

  async register({ username, key, skeletons, passwordHash }: NewAccount, ttlMs: number) {
    return this.#call('register', () => {
      if (this.#accounts.has(key) || skeletons.some((one) => this.#skeletons.has(one))) {
        return 'taken'
      }
      for (const skeleton of skeletons) this.#skeletons.add(skeleton)
      const account = { id: this.#accounts.size + 1, username, createdAt: 1_700_000_000_000 }
      this.#accounts.set(key, { account, passwordHash })
      return this.#open(account, ttlMs)
    })
  }

  async credentials(key: string): Promise<Credentials | undefined> {
    return this.#call('credentials', () => this.#accounts.get(key))
  }

  async openSession(id: number, ttlMs: number): Promise<Session> {
    return this.#call('openSession', () => {
      const known = [...this.#accounts.values()].find(({ account }) => account.id === id)
      return this.#open((known as Credentials).account, ttlMs)
    })
  }

  async session(id: number): Promise<Session | undefined> {
    return this.#call('session', () => this.#sessions.get(id))
  }

  async newestSessions(limit: number): Promise<Session[]> {
    return this.#call('newestSessions', () =>
      [...this.#sessions.values()]
        .sort((one, other) => other.expiresAt - one.expiresAt)
        .slice(0, limit),
    )
  }

  async endSession(id: number): Promise<boolean> {
    return this.#call('endSession', () => this.#sessions.delete(id))
  }

  /** Registers someone without more ado. */
  async join(username: string, ttlMs = 60_000): Promise<Session> {
    const account = { username, key: username, skeletons: [username], passwordHash: '' }
    const session = await this.register(account, ttlMs)
    return session as Session
  }

  async #call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name)
    if (this.failure) throw this.failure
    const found = work()
    await this.gate
    return found
  }

  #open(account: Account, ttlMs: number): Session {
    const createdAt = Date.now()
    const session = { id: ++this.#lastSession, account, createdAt, expiresAt: createdAt + ttlMs }
    this.#sessions.set(session.id, session)
    return session
  }

  #append({ session, to, text, idempotency }: Draft): Outcome {
    const from = this.#sessions.get(session)?.account
    if (!from) return { kind: 'session-ended' }
    const key = `${from.id} ${idempotency?.key}`
    const known = this.#keys.get(key)
    if (known && known.digest !== idempotency?.digest) return { kind: 'key-reused' }
    if (known) return { kind: 'replayed', entry: known.entry }
    const recipient = to && this.#accounts.get(to.key)?.account
    if (recipient === undefined) return { kind: 'unknown-recipient' }
    if (recipient && to?.whenOffline === 'reject' && !this.online.has(recipient.id)) {
      return { kind: 'recipient-offline' }
    }
    const entry = { id: this.#entries.length + 1, from, to: recipient, text, sentAt: Date.now() }
    this.#entries.push(entry)
    if (idempotency) this.#keys.set(key, { digest: idempotency.digest, entry })
    return { kind: 'appended', entry }
  }

  #page(viewer: number, { after, before, limit, withAccount }: PageRange): Page {
    const found = this.#visible(viewer)
      .filter(({ id }) => id > (after ?? 0) && id < (before ?? Number.POSITIVE_INFINITY))
      .filter(({ from, to }) => {
        const pair = [from.id, to?.id]
        return withAccount === undefined || (pair.includes(viewer) && pair.includes(withAccount))
      })
    const entries = after === undefined ? found.slice(-limit) : found.slice(0, limit)
    return { bounds: this.#bounds(), entries, more: found.length > limit }
  }

  #visible(viewer: number): Entry[] {
    return this.#entries.filter(({ from, to }) => !to || from.id === viewer || to.id === viewer)
  }

  #bounds(): LogBounds {
    return { epoch: this.epoch, oldest: 1, head: this.#entries.length }
  }
}
