import type { MessageInput } from '../../../src/chat/message-input.ts'
import type { HistoryQuery, PostCommand, PostedMessage } from '../../../src/chat/messages.ts'
import { Problem } from '../../../src/chat/problems.ts'
import { sessionEnded } from '../../../src/chat/sessions.ts'
import type { Services, StreamParameters } from '../../../src/http/services.ts'
import type { MessageEntry } from '../../../src/store/message-log.ts'
import type { Account } from '../../../src/store/person.ts'
import type { Session, SessionClient } from '../../../src/store/session-store.ts'
import { FakeConversations } from './fake-conversations.ts'
import { FakeRooms } from './fake-rooms.ts'

/** The lifetime of sessions. */
const ttlMs = 3_600_000

interface Person {
  account: Account
  password: string
}

/** A chat in memory, with only the rules that tests of the HTTP layer need. */
export class FakeChat {
  readonly people = new Map<string, Person>()
  readonly sessions = new Map<number, Session>()
  readonly log: MessageEntry[] = []
  readonly keys = new Map<string, { digest: string; entry: MessageEntry }>()
  readonly rooms = new FakeRooms()
  readonly conversations = new FakeConversations()
  readonly online: { username: string; since: number }[] = []
  /** Where sessions were opened from. */
  readonly clients = new Map<number, SessionClient>()
  /** The sessions with which requests were made so far. */
  readonly used: number[] = []
  readonly blocked = new Set<string>()
  /** What was posted so far. */
  readonly contents: MessageInput[] = []
  /** The calls that change messages so far. */
  readonly changesAsked: unknown[][] = []
  /** The queries of pages so far. */
  readonly pagesWanted: HistoryQuery[] = []
  /** What the streams so far were to have. */
  readonly streamsWanted: StreamParameters[] = []
  registration: 'open' | 'closed' = 'open'
  /** Thrown by the calls of accounts and messages. */
  broken: Error | undefined
  /** Awaited by each login before its password is checked. */
  loginDelay: () => Promise<void> = async () => {}
  isReady = true
  isStoreConnected = true
  ping: () => Promise<void> = async () => {}
  now = Date.now

  get services(): Omit<Services, 'settings' | 'signingKey'> {
    return {
      accounts: {
        check: async (_username, password) => this.#checkRegistration(password),
        register: async (username, password, _from, client) =>
          this.#told(client, this.#register(username, password)),
        login: async (username, password, _from, client) =>
          this.#told(client, await this.#login(username, password)),
        setUp: async () => {
          throw new Problem('wrong-credentials', 'No such code.')
        },
      },
      sessions: {
        find: async (id) => this.#find(id),
        end: async ({ id }) => {
          this.sessions.delete(id)
        },
      },
      sessionActivity: { note: (session) => this.used.push(session) },
      ownSessions: {
        list: async (caller) =>
          [...this.sessions.values()]
            .filter(({ account }) => account.id === caller.account.id)
            .map(({ id, createdAt, expiresAt }) => {
              const times = { createdAt, expiresAt, lastSeenAt: createdAt }
              return { id, ...times, ...this.clients.get(id), current: id === caller.id }
            }),
        end: async (_caller, id) => {
          if (!this.sessions.delete(id)) throw new Problem('not-found', 'Gone.')
        },
        renew: async (caller) => {
          const renewed = { ...caller, expiresAt: caller.expiresAt + ttlMs }
          this.sessions.set(caller.id, renewed)
          return renewed
        },
        endOthers: async (caller) => {
          for (const id of this.sessions.keys()) if (id !== caller.id) this.sessions.delete(id)
        },
      },
      blocks: {
        list: async (_caller, { limit }) => ({
          users: [...this.people.values()]
            .map(({ account }) => account)
            .filter(({ username }) => this.blocked.has(username))
            .slice(0, limit),
          more: false,
        }),
        set: async (_caller, username, blocked) => {
          if (!this.people.has(username)) throw new Problem('unknown-person', 'Nobody.')
          if (blocked) this.blocked.add(username)
          else this.blocked.delete(username)
        },
      },
      ownProfile: {
        check: ({ displayName }) => {
          if (displayName === '')
            throw new Problem('invalid-request', 'displayName: is empty', {
              errors: [{ pointer: '/displayName', detail: 'is empty' }],
            })
        },
        update: async ({ account }, { displayName }) => {
          const { displayName: _, ...rest } = account
          return displayName ? { ...rest, displayName } : rest
        },
      },
      ownPassword: {
        check: async (_caller, { newPassword }) => this.#checkRegistration(newPassword),
        change: async ({ account }, { currentPassword, newPassword }, { asLogin }) => {
          const person = this.people.get(account.username) as Person
          await asLogin(async () => {
            if (person.password !== currentPassword) throw new Problem('wrong-password', 'Wrong.')
          })
          person.password = newPassword
        },
      },
      messages: {
        parse: (sender, content, key) => ({
          sender,
          content,
          idempotency: key === undefined ? null : { key, digest: JSON.stringify(content) },
        }),
        post: async (command) => this.#post(command),
        replay: async (command) => this.#replay(command),
        parsePage: (wanted) => {
          this.pagesWanted.push(wanted)
          return { range: { limit: wanted.limit }, with: wanted.with }
        },
        page: async () => {
          return { entries: this.log, more: false, cursor: `${this.log.length}-00000000` }
        },
        find: async (_reader, id) => {
          const entry = this.log[id - 1]
          if (entry === undefined) throw new Problem('not-found', 'There is no such message.')
          return entry
        },
      },
      messageChanges: {
        parseEdit: (id, input) => {
          this.#ask(['parseEdit', id, input])
          return { kind: 'edit', id, text: undefined, metadata: null, maxAgeMs: undefined }
        },
        parseReaction: (kind, id, emoji) => {
          this.#ask(['parseReaction', kind, id, emoji])
          return { kind, id, emoji }
        },
        change: async ({ account }, command) => {
          this.#ask(['change', account.username, command.kind])
          return this.log[command.id - 1] as MessageEntry
        },
        delete: async ({ account }, id) => this.#ask(['delete', account.username, id]),
      },
      rooms: this.rooms.service,
      conversations: this.conversations.service,
      // Tried with a whole server: routes/staff.test.ts.
      staff: {} as Services['staff'],
      presence: {
        list: async ({ limit }) => ({
          users: this.online.slice(0, limit),
          count: this.online.length,
          more: this.online.length > limit,
        }),
      },
      directory: {
        find: async (username) => {
          const person = this.people.get(username)
          if (person === undefined) throw new Problem('unknown-person', 'Nobody.')
          return person.account
        },
        list: async (_caller, { q = '', usernames }) => {
          const wanted = usernames?.split(',')
          return [...this.people.values()]
            .map(({ account }) => account)
            .filter(({ username }) => wanted?.includes(username) ?? username.startsWith(q))
        },
      },
      store: { ping: () => this.ping(), now: () => this.now() },
      respondWithStream: async (_request, reply, wanted) => {
        this.streamsWanted.push(wanted)
        reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-cache')
        reply.send('retry: 3000\nevent: heartbeat\ndata: {}\n\n')
      },
      ready: () => this.isReady,
      storeConnected: () => this.isStoreConnected,
    }
  }

  open(account: Account): Session {
    const id = this.sessions.size + 1
    const createdAt = Math.floor(Date.now() / 1000) * 1000
    const session = { id, account, createdAt, expiresAt: createdAt + ttlMs, nonce: `nonce ${id}` }
    this.sessions.set(id, session)
    return session
  }

  #told(client: SessionClient = {}, session: Session): Session {
    this.clients.set(session.id, client)
    return session
  }

  #checkRegistration(password: string): void {
    if (this.registration === 'closed') throw new Problem('registration-closed', 'Closed.')
    if (password.length < 8)
      throw new Problem('invalid-request', 'password: is too short', {
        errors: [{ pointer: '/password', detail: 'is too short' }],
      })
  }

  #register(username: string, password: string): Session {
    this.#mayBreak()
    if (this.people.has(username)) throw new Problem('username-taken', 'Taken.')
    const account: Account = {
      id: this.people.size + 1,
      username,
      createdAt: Date.now(),
      role: 'member',
    }
    this.people.set(username, { account, password })
    return this.open(account)
  }

  async #login(username: string, password: string): Promise<Session> {
    await this.loginDelay()
    this.#mayBreak()
    const person = this.people.get(username)
    if (person === undefined) throw new Problem('unknown-user', 'Nobody.')
    if (person.password !== password) throw new Problem('wrong-password', 'Wrong.')
    return this.open(person.account)
  }

  #find(id: number): Session {
    const session = this.sessions.get(id)
    if (session === undefined) throw sessionEnded()
    return session
  }

  #post(command: PostCommand): PostedMessage {
    this.#mayBreak()
    const { sender, content, idempotency } = command
    const known = this.#replay(command)
    if (known !== undefined) return known
    this.contents.push(content)
    const entry: MessageEntry = {
      kind: 'message',
      id: this.log.length + 1,
      from: sender.account,
      to: content.kind === 'direct' ? { id: 0, username: content.to } : null,
      room: content.kind === 'room' ? { id: 9, name: content.room } : null,
      text: content.text,
      sentAt: Date.now(),
    }
    this.log.push(entry)
    if (idempotency) this.keys.set(idempotency.key, { digest: idempotency.digest, entry })
    return { entry, replayed: false }
  }

  #replay({ idempotency }: PostCommand): PostedMessage | undefined {
    const known = idempotency ? this.keys.get(idempotency.key) : undefined
    if (known === undefined) return undefined
    if (known.digest !== idempotency?.digest) throw new Problem('idempotency-key-reused', 'Reused.')
    return { entry: known.entry, replayed: true }
  }

  #ask(call: unknown[]): void {
    this.#mayBreak()
    this.changesAsked.push(call)
  }

  #mayBreak(): void {
    if (this.broken !== undefined) throw this.broken
  }
}
