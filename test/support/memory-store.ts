import type { AccountStore, Credentials } from '../../src/store/account-store.ts'
import {
  type ChangeCommand,
  type ChangeOutcome,
  decideChange,
} from '../../src/store/message-changes.ts'
import type {
  Draft,
  LogBounds,
  MentionCandidates,
  MessageEntry,
  Outcome,
  Page,
  PageRange,
} from '../../src/store/message-log.ts'
import type { Account } from '../../src/store/person.ts'
import type { RoomRef } from '../../src/store/room.ts'
import type { Session, SessionClient, SessionStore } from '../../src/store/session-store.ts'
import type { Restriction, SetupCodeUse } from '../../src/store/staff-store.ts'
import type { Store } from '../../src/store/store.ts'

type RoomRefused = 'unknown-room' | 'forbidden' | 'not-a-member' | 'room-archived'

/** As much of a store as the domain's tests need, in memory. Failures and waits are set by the test. */
export class MemoryStore implements Pick<Store, 'accounts' | 'isUpToDate' | 'now' | 'sessions'> {
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
  /** By key: what a post to the room finds. Only one that is not refused has a history. */
  readonly rooms = new Map<string, RoomRef | RoomRefused>()
  /** What the next changes of display names come to. */
  displayNameOutcome: 'too-soon' | 'muted' | undefined
  readonly #accounts = new Map<string, Credentials>()
  readonly #skeletons = new Set<string>()
  readonly #sessions = new Map<number, Session>()
  readonly #lastSeen = new Map<number, number>()
  readonly #clients = new Map<number, SessionClient>()
  readonly #entries: MessageEntry[] = []
  readonly #reactions = new Set<string>()
  readonly #keys = new Map<string, { digest: string; entry: MessageEntry }>()
  #lastSession = 0
  /** By account. Who is in it may not write. */
  readonly muted = new Map<number, Restriction>()
  /** By account. Who is in it may not log in. */
  readonly banned = new Map<number, Restriction>()

  /** Keys of accounts by the hashes of codes. */
  readonly setupCodes = new Map<string, string>()

  readonly staff = {
    restriction: (what: 'ban' | 'mute', account: number) =>
      this.#call('restriction', () => (what === 'ban' ? this.banned : this.muted).get(account)),
    setupUser: (hash: string) =>
      this.#call('setupUser', () => {
        const known = this.#accounts.get(this.setupCodes.get(hash) ?? '')
        return known?.account.username
      }),
    useSetupCode: (use: SetupCodeUse) =>
      this.#call('useSetupCode', () => {
        const known = this.#accounts.get(this.setupCodes.get(use.hash) ?? '')
        return known ? this.#open(known.account, use.ttlMs) : ('unknown-code' as const)
      }),
  }

  readonly log = {
    append: (batch: readonly Draft[]) =>
      this.#call('append', () => batch.map((draft) => this.#append(draft))),
    change: (session: number, command: ChangeCommand) =>
      this.#call('change', () => this.#change(session, command)),
    findByIdempotencyKey: (account: number, key: string) =>
      this.#call('findByIdempotencyKey', () => this.#keys.get(`${account} ${key}`)),
    page: (viewer: number, range: PageRange) => this.#call('page', () => this.#page(viewer, range)),
    message: (id: number, viewer: number) =>
      this.#call('message', () => this.#visible(viewer).find((entry) => entry.id === id)),
  }

  readonly accounts: AccountStore = {
    skeletonsTaken: (skeletons) =>
      this.#call('skeletonsTaken', () => skeletons.some((one) => this.#skeletons.has(one))),
    register: ({ username, key, skeletons, passwordHash }, ttlMs, client) =>
      this.#call('register', () => {
        if (this.#accounts.has(key) || skeletons.some((one) => this.#skeletons.has(one))) {
          return 'taken'
        }
        for (const skeleton of skeletons) this.#skeletons.add(skeleton)
        const account: Account = {
          id: this.#accounts.size + 1,
          username,
          createdAt: 1_700_000_000_000,
          role: 'member',
        }
        this.#accounts.set(key, { account, passwordHash })
        return this.#open(account, ttlMs, client)
      }),
    credentials: (key) => this.#call('credentials', () => this.#accounts.get(key)),
    changePassword: ({ session }, { verifiedHash, passwordHash }) =>
      this.#call('changePassword', () => {
        const own = this.#sessions.get(session)
        if (!own) return 'session-ended'
        const known = this.#accountOf(own.account.id)
        if (known.passwordHash !== verifiedHash) return 'password-changed'
        known.passwordHash = passwordHash
        const others = this.#sessionsOf(own.account.id).filter(({ id }) => id !== session)
        for (const { id } of others) this.#sessions.delete(id)
        return others.map(({ id }) => id)
      }),
    byKeys: (keys) =>
      this.#call('byKeys', () => keys.flatMap((key) => this.#accounts.get(key)?.account ?? [])),
    search: ({ key, displayKey }, limit) =>
      this.#call('search', () =>
        [...this.#accounts]
          .filter(([name]) => key !== '' && name.startsWith(key) && displayKey.length <= 128)
          .map(([, { account }]) => account)
          .slice(0, limit),
      ),
    setDisplayName: ({ session }, { displayName, skeletons }) =>
      this.#call('setDisplayName', () => {
        const own = this.#sessions.get(session)?.account
        if (!own) return 'session-ended'
        if (this.displayNameOutcome) return this.displayNameOutcome
        if (skeletons.some((one) => one !== own.username && this.#skeletons.has(one)))
          return 'looks-like-another'
        const { displayName: _, ...rest } = own
        return displayName === null ? rest : { ...rest, displayName }
      }),
    passwordHash: (id) =>
      this.#call(
        'passwordHash',
        () => this.#accounts.values().find(({ account }) => account.id === id)?.passwordHash ?? '',
      ),
  }

  readonly sessions: SessionStore = {
    open: (id, ttlMs, client) =>
      this.#call('open', () => {
        if (this.banned.has(id)) return 'banned'
        return this.#open(this.#accountOf(id).account, ttlMs, client)
      }),
    openWithPassword: (id, verifiedHash, ttlMs, client) =>
      this.#call('openWithPassword', () => {
        const known = this.#accountOf(id)
        if (known.passwordHash !== verifiedHash) return 'password-changed'
        return this.banned.has(id) ? 'banned' : this.#open(known.account, ttlMs, client)
      }),
    find: (id) => this.#call('find', () => this.#sessions.get(id)),
    newest: (limit) =>
      this.#call('newest', () =>
        [...this.#sessions.values()]
          .sort((one, other) => other.expiresAt - one.expiresAt)
          .slice(0, limit),
      ),
    ofAccount: (id) =>
      this.#call('ofAccount', () =>
        this.#sessionsOf(id).map(({ account: _, nonce: __, ...session }) => ({
          ...session,
          lastSeenAt: this.#lastSeen.get(session.id) as number,
          ...this.#clients.get(session.id),
        })),
      ),
    end: (id) => this.#call('end', () => this.#sessions.delete(id)),
    endOwn: ({ session }, which) =>
      this.#call('endOwn', () => {
        const own = this.#sessions.get(session)
        if (!own) return 'session-ended'
        const ids = this.#sessionsOf(own.account.id).map(({ id }) => id)
        const ended = ids.filter((id) => (which === 'others' ? id !== session : id === which))
        for (const id of ended) this.#sessions.delete(id)
        return ended
      }),
    renew: (id, ttlMs, maxMs) =>
      this.#call('renew', () => {
        const session = this.#sessions.get(id)
        if (!session) return undefined
        const { createdAt, expiresAt } = session
        const wanted = Math.min(this.now() + ttlMs, createdAt + maxMs)
        const renewed = { ...session, expiresAt: Math.max(expiresAt, wanted) }
        this.#sessions.set(id, renewed)
        return renewed
      }),
    noteUse: (uses) =>
      this.#call('noteUse', () => {
        for (const { session, at } of uses) this.#lastSeen.set(session, at)
      }),
  }

  /** Registers someone without more ado. */
  async join(username: string, ttlMs = 60_000): Promise<Session> {
    const account = { username, key: username, skeletons: [username], passwordHash: '' }
    const session = await this.accounts.register(account, ttlMs)
    return session as Session
  }

  async #call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name)
    if (this.failure) throw this.failure
    const found = work()
    await this.gate
    return found
  }

  #open(account: Account, ttlMs: number, client?: SessionClient): Session {
    const createdAt = Date.now()
    const id = ++this.#lastSession
    const times = { createdAt, expiresAt: createdAt + ttlMs }
    const session = { id, account, ...times, nonce: `nonce ${id}` }
    this.#sessions.set(id, session)
    this.#lastSeen.set(id, createdAt)
    if (client) this.#clients.set(id, client)
    return session
  }

  #accountOf(id: number): Credentials {
    return this.#accounts.values().find(({ account }) => account.id === id) as Credentials
  }

  #sessionsOf(account: number): Session[] {
    return [...this.#sessions.values()].filter((session) => session.account.id === account)
  }

  #append({ session, to, text, replyTo, metadata, mentions, idempotency }: Draft): Outcome {
    const from = this.#sessions.get(session)?.account
    if (!from) return { kind: 'session-ended' }
    const key = `${from.id} ${idempotency?.key}`
    const known = this.#keys.get(key)
    if (known && known.digest !== idempotency?.digest) return { kind: 'key-reused' }
    if (known) return { kind: 'replayed', entry: known.entry }
    if (this.muted.has(from.id)) return { kind: 'muted' }
    const found = this.#audience(to)
    if (typeof found === 'string') return { kind: found }
    if (replyTo !== undefined && !this.#visible(from.id).some(({ id }) => id === replyTo))
      return { kind: 'unknown-reply' }
    const entry: MessageEntry = {
      kind: 'message',
      id: this.#entries.length + 1,
      from,
      ...found,
      text,
      sentAt: this.now(),
      ...(replyTo !== undefined && { replyTo }),
      ...(metadata !== undefined && { metadata }),
      ...(mentions && { mentions: this.#mentioned(mentions) }),
    }
    this.#entries.push(entry)
    if (idempotency) this.#keys.set(key, { digest: idempotency.digest, entry })
    return { kind: 'appended', entry }
  }

  #mentioned(candidates: MentionCandidates): string[] {
    const found = candidates.map((keys) => keys.find((key) => this.#accounts.has(key)))
    const known = found.flatMap((key) => (key === undefined ? [] : [this.#accounts.get(key)]))
    return [...new Set(known.map((one) => (one as Credentials).account.username))]
  }

  #change(session: number, command: ChangeCommand): ChangeOutcome {
    const caller = this.#sessions.get(session)?.account
    if (!caller) return { kind: 'session-ended' }
    const message = this.#visible(caller.id).find(({ id }) => id === command.id)
    const emoji = 'emoji' in command ? command.emoji : ''
    const reaction = `${command.id} ${emoji} ${caller.id}`
    const about = { caller, now: this.now(), message, room: undefined }
    const callerIsMuted = this.muted.has(caller.id)
    const facts = { ...about, callerIsMuted, otherEmoji: 0, isBlocked: false }
    const decision = decideChange(command, { ...facts, hasReacted: this.#reactions.has(reaction) })
    if ('refusal' in decision) return { kind: decision.refusal }
    const found = message as MessageEntry
    if (decision.change) this.#write(command, found, reaction)
    return { kind: 'done', message: { ...found }, changed: decision.change }
  }

  #write(command: ChangeCommand, message: MessageEntry, reaction: string): void {
    if (command.kind === 'react') this.#reactions.add(reaction)
    else if (command.kind === 'unreact') this.#reactions.delete(reaction)
    else if (command.kind === 'edit') {
      const { text, metadata } = command
      if (text)
        Object.assign(message, { text: text.value, mentions: this.#mentioned(text.mentions) })
      if (metadata !== undefined) Object.assign(message, { metadata: metadata ?? undefined })
      message.editedAt = this.now()
    } else {
      const { kind, id, from, to, room, sentAt } = message
      for (const name of Object.keys(message)) delete message[name as keyof MessageEntry]
      Object.assign(message, { kind, id, from, to, room, text: '', sentAt, deletedAt: this.now() })
    }
  }

  #audience(
    to: Draft['to'],
  ): Pick<MessageEntry, 'to' | 'room'> | RoomRefused | 'unknown-recipient' | 'recipient-offline' {
    if (to === null) return { to: null, room: null }
    if (to.type === 'room') {
      const room = this.rooms.get(to.key) ?? 'unknown-room'
      return typeof room === 'string' ? room : { to: null, room }
    }
    const recipient = this.#accounts.get(to.key)?.account
    if (recipient === undefined) return 'unknown-recipient'
    if (to.whenOffline === 'reject' && !this.online.has(recipient.id)) return 'recipient-offline'
    return { to: recipient, room: null }
  }

  #page(viewer: number, range: PageRange): Page | undefined {
    const { after, before, limit, withAccount, inRoom } = range
    const room = inRoom === undefined ? undefined : this.rooms.get(inRoom)
    if (inRoom !== undefined && typeof room !== 'object') return undefined
    const found = this.#visible(viewer)
      .filter((entry) => room === undefined || entry.room === room)
      .filter(({ id }) => id > (after ?? 0) && id < (before ?? Number.POSITIVE_INFINITY))
      .filter(({ from, to }) => {
        const pair = [from.id, to?.id]
        return withAccount === undefined || (pair.includes(viewer) && pair.includes(withAccount))
      })
    const entries = after === undefined ? found.slice(-limit) : found.slice(0, limit)
    return { bounds: this.#bounds(), entries, more: found.length > limit }
  }

  #visible(viewer: number): MessageEntry[] {
    return this.#entries.filter(({ from, to }) => !to || from.id === viewer || to.id === viewer)
  }

  #bounds(): LogBounds {
    return { epoch: this.epoch, oldest: 1, head: this.#entries.length }
  }
}
