import type {
  DisplayNameChange,
  DisplayNameOutcome,
  NewAccount,
  PasswordChange,
} from '../account-store.ts'
import type { BlockOutcome } from '../block-store.ts'
import type { Caller } from '../caller.ts'
import type { ConversationKey } from '../conversation-store.ts'
import type { ProvenCaller } from '../fresh-proof.ts'
import type { ChangeCommand, ChangeOutcome } from '../message-changes.ts'
import type { Cursor, Draft, LogBounds, Outcome } from '../message-log.ts'
import type { Account } from '../person.ts'
import type { PresenceChange } from '../presence-store.ts'
import type { DeliveryReceipt } from '../receipt-store.ts'
import type { RoomOutcome } from '../room-store.ts'
import type { Session, SessionClient, SessionUse } from '../session-store.ts'
import type { StoreUpdate } from '../store.ts'
import type { TokenRefusal } from '../token-rules.ts'
import type { NewToken, Token } from '../token-store.ts'
import { AccountQueries } from './accounts.ts'
import { BlockQueries } from './blocks.ts'
import type { Connection } from './connection.ts'
import { ConversationCommands } from './conversations/conversation-commands.ts'
import { ReadMarkers } from './conversations/read-markers.ts'
import { DeletedTexts } from './deleted-texts.ts'
import { LogAppender } from './log/append.ts'
import { EVERYONE } from './log/audiences.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { MessageCommands } from './log/change.ts'
import { type Events, noEvents } from './no-events.ts'
import { PresenceQueries } from './presence.ts'
import { ReceiptQueries } from './receipts.ts'
import { RecentBatches } from './recent-batches.ts'
import { RetentionQueries } from './retention.ts'
import type { RoomCall } from './rooms/room-command-batcher.ts'
import { RoomCommands } from './rooms/room-commands.ts'
import { SessionQueries } from './sessions.ts'
import { TokenCommands } from './tokens.ts'
import { WriteTransaction } from './transaction.ts'

/** The bytes of a probe: enough to need new pages in the file, besides the room in those it has. */
const PROBE_BYTES = 16 * 1024

/** What a write returns, and the events of its commit, if there are any. */
export interface WriteResult<Value> {
  value: Value
  update: StoreUpdate | null
}

/** The calls that the writer's thread takes: each is one transaction. */
export class Writer {
  readonly #transaction
  readonly #bounds
  readonly #log
  readonly #changes
  readonly #rooms
  readonly #conversations
  readonly #markers
  readonly #accounts
  readonly #blocks
  readonly #sessions
  readonly #tokens
  readonly #presence
  readonly #receipts
  readonly #retention
  readonly #deletedTexts
  readonly #fillProbe
  readonly #emptyProbe
  readonly #clock
  readonly #recentBatches = new RecentBatches()
  #failing = false

  /** @param clock Unix milliseconds; read after the write lock was taken */
  constructor(connection: Connection, clock: () => number) {
    this.#transaction = new WriteTransaction(connection)
    this.#bounds = new LogBoundsQuery(connection)
    this.#log = new LogAppender(connection)
    this.#changes = new MessageCommands(connection)
    this.#rooms = new RoomCommands(connection)
    this.#conversations = new ConversationCommands(connection)
    this.#markers = new ReadMarkers(connection)
    this.#accounts = new AccountQueries(connection)
    this.#blocks = new BlockQueries(connection)
    this.#sessions = new SessionQueries(connection)
    this.#tokens = new TokenCommands(connection)
    this.#presence = new PresenceQueries(connection)
    this.#receipts = new ReceiptQueries(connection)
    this.#retention = new RetentionQueries(connection)
    this.#deletedTexts = new DeletedTexts(connection)
    this.#fillProbe = connection.prepare<[number]>('INSERT INTO probe VALUES (zeroblob(?))')
    this.#emptyProbe = connection.prepare<[]>('DELETE FROM probe')
    this.#clock = clock
  }

  append(batch: readonly Draft[], batchId: string): WriteResult<Outcome[]> {
    const earlier = this.#recentBatches.get(batchId)
    if (earlier) return { value: earlier, update: null }
    const done = this.#write((now) => {
      const value = this.#log.append(batch, now)
      const entries = value.flatMap((outcome) =>
        outcome.kind === 'appended' ? [outcome.entry] : [],
      )
      return { value, update: this.#updateOf({ entries }) }
    })
    this.#recentBatches.add(batchId, done.value)
    return done
  }

  changeMessage(session: number, command: ChangeCommand): WriteResult<ChangeOutcome> {
    const { outcome, update } = this.#write((now) => {
      const { outcome, entries } = this.#changes.execute(session, command, now)
      return { outcome, update: this.#updateOf({ entries }) }
    })
    if (outcome.kind === 'done') this.#recentBatches.changed(outcome.message)
    if (update && command.kind === 'delete') this.#deletedTexts.noteDeletion()
    return { value: outcome, update }
  }

  /** In order: each sees what those before it did, and tells the room as it left it. */
  executeRoomCommands(calls: readonly RoomCall[]): WriteResult<RoomOutcome[]> {
    const done = this.#write((now) => {
      const executed = calls.map((call) => this.#rooms.execute(call, now))
      const entries = executed.flatMap(({ entries }) => entries)
      return { value: executed.map(({ outcome }) => outcome), update: this.#updateOf({ entries }) }
    })
    for (const entry of done.update?.entries ?? [])
      if (entry.kind === 'room-deleted')
        this.#recentBatches.roomDeleted(entry.room.id, this.#clock())
    return done
  }

  muteConversation(session: Session, key: ConversationKey, muted: boolean) {
    return this.#write((now) => {
      return { value: this.#conversations.mute(session, key, muted, now), update: null }
    })
  }

  markRead(session: Session, key: ConversationKey, upTo: Cursor) {
    return this.#write((now) => {
      const { outcome, read } = this.#conversations.markRead(session, key, upTo, now)
      return { value: outcome, update: this.#updateOf({ read }) }
    })
  }

  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): WriteResult<void> {
    return this.#write(() => {
      if (epoch === this.#bounds.read().epoch) this.#receipts.markDelivered(receipts)
      return { value: undefined, update: null }
    })
  }

  register(
    account: NewAccount,
    ttlMs: number,
    client?: SessionClient,
  ): WriteResult<Session | 'taken'> {
    return this.#write((now) => {
      const created = this.#accounts.create(account, now)
      if (!created) return { value: 'taken', update: null }
      this.#markers.move(created.id, EVERYONE, this.#bounds.read().head)
      return { value: this.#open(created.id, ttlMs, now, client), update: null }
    })
  }

  openSessionWithPassword(
    account: number,
    verifiedHash: string,
    ttlMs: number,
    client?: SessionClient,
  ): WriteResult<Session | 'password-changed'> {
    return this.#write((now) => {
      if (this.#accounts.passwordHash(account) !== verifiedHash)
        return { value: 'password-changed', update: null }
      return this.#openOneMore(account, ttlMs, now, client)
    })
  }

  openSession(account: number, ttlMs: number, client?: SessionClient): WriteResult<Session> {
    return this.#write((now) => this.#openOneMore(account, ttlMs, now, client))
  }

  endSession(id: number): WriteResult<boolean> {
    return this.#write((now) => {
      const events = this.#end([id], now)
      return { value: events.ended.length > 0, update: this.#updateOf(events) }
    })
  }

  createToken(caller: ProvenCaller, token: NewToken): WriteResult<Token | TokenRefusal> {
    return this.#write((now) => {
      return { value: this.#tokens.create(caller, token, now), update: null }
    })
  }

  endToken(caller: Caller, id: number): WriteResult<'ended' | 'unknown-token' | 'session-ended'> {
    return this.#write((now) => {
      const refusal = this.#tokens.refusalToEnd(caller, id, now)
      if (refusal !== undefined) return { value: refusal, update: null }
      return { value: 'ended', update: this.#updateOf(this.#end([id], now)) }
    })
  }

  endOwnSessions(
    { session: own }: Caller,
    which: number | 'others',
  ): WriteResult<number[] | 'session-ended'> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(own, now)
      if (!caller) return { value: 'session-ended', update: null }
      return this.#endOwn(caller.id, now, (id) => (which === 'others' ? id !== own : id === which))
    })
  }

  changePassword(
    { session: own }: Caller,
    change: PasswordChange,
  ): WriteResult<number[] | 'session-ended' | 'password-changed'> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(own, now)
      if (!caller) return { value: 'session-ended', update: null }
      if (!this.#accounts.changePassword(caller.id, change))
        return { value: 'password-changed', update: null }
      const tokens = change.endTokens ? this.#tokens.idsOf(caller.id, now) : []
      return this.#endOwn(caller.id, now, (id) => id !== own, tokens)
    })
  }

  setDisplayName({ session }: Caller, change: DisplayNameChange): WriteResult<DisplayNameOutcome> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(session, now)
      if (!caller) return { value: 'session-ended', update: null }
      const outcome = this.#accounts.setDisplayName(caller.id, change, now)
      if (outcome === null)
        return { value: this.#accounts.byId(caller.id) as Account, update: null }
      const accounts = typeof outcome === 'string' ? [] : [outcome]
      return { value: outcome, update: this.#updateOf({ accounts }) }
    })
  }

  setBlock({ session }: Caller, key: string, blocked: boolean): WriteResult<BlockOutcome> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(session, now)
      const value = caller
        ? this.#blocks.set(caller, this.#accounts.person(key), blocked, now)
        : 'session-ended'
      return { value, update: null }
    })
  }

  renewSession(id: number, ttlMs: number, maxMs: number): WriteResult<Session | undefined> {
    return this.#write((now) => {
      const value = this.#sessions.renew(id, ttlMs, maxMs, now)
      const renewed = value ? [{ session: id, expiresAt: value.expiresAt }] : []
      return { value, update: this.#updateOf({ renewed }) }
    })
  }

  noteUse(uses: readonly SessionUse[]): WriteResult<void> {
    return this.#write(() => {
      for (const use of uses) this.#sessions.noteUse(use)
      return { value: undefined, update: null }
    })
  }

  changePresence({ enter, leave }: PresenceChange): WriteResult<void> {
    return this.#write((now) => {
      const left = this.#presence.leave(leave)
      const entered = this.#presence.enter(enter, now)
      return { value: undefined, update: this.#updateOf({ entered, left }) }
    })
  }

  deleteExpired(before: number | undefined): WriteResult<{ more: boolean; bounds: LogBounds }> {
    return this.#write((now) => {
      const { oldest } = this.#bounds.read()
      const more = this.#retention.deleteExpired(before, now)
      const bounds = this.#bounds.read()
      const update = bounds.oldest === oldest ? null : { ...noEvents, bounds }
      return { value: { more, bounds }, update }
    })
  }

  eraseDeleted(): WriteResult<{ more: boolean }> {
    if (this.#deletedTexts.hasRooms()) this.#write(() => this.#deletedTexts.stepOfRoom())
    const more = this.#deletedTexts.hasRooms()
    if (!more) this.#deletedTexts.truncateWriteAheadLog()
    return { value: { more }, update: null }
  }

  /** After a write has failed, only another write proves that writing works again. */
  ping(): void {
    if (!this.#failing) return
    this.#write(() => {
      this.#fillProbe.run(PROBE_BYTES)
      this.#emptyProbe.run()
    })
  }

  #write<Result>(work: (now: number) => Result): Result {
    this.#failing = true
    const result = this.#transaction.run(() => work(this.#clock()))
    this.#failing = false
    return result
  }

  /** Ends those of an account's sessions that are meant. */
  #endOwn(
    account: number,
    now: number,
    isMeant: (id: number) => boolean,
    tokens: readonly number[] = [],
  ): WriteResult<number[]> {
    const ids = this.#sessions.ofAccount(account, now).map(({ id }) => id)
    const events = this.#end([...ids.filter(isMeant), ...tokens], now)
    return { value: events.ended, update: this.#updateOf(events) }
  }

  /** One more session of an account, which may have too many then. */
  #openOneMore(
    account: number,
    ttlMs: number,
    now: number,
    client: SessionClient | undefined,
  ): WriteResult<Session> {
    const events = this.#end(this.#sessions.excess(account, now), now)
    return { value: this.#open(account, ttlMs, now, client), update: this.#updateOf(events) }
  }

  #open(account: number, ttlMs: number, now: number, client: SessionClient | undefined): Session {
    const id = this.#sessions.open(account, ttlMs, now, client)
    return this.#sessions.alive(id, now) as Session
  }

  /** Ends sessions and their presence. */
  #end(ids: readonly number[], now: number) {
    const left = this.#presence.leave(ids)
    return { left, ended: ids.filter((id) => this.#sessions.end(id, now)) }
  }

  /** Null where nothing happened. */
  #updateOf(events: Partial<Events>): StoreUpdate | null {
    if (Object.values(events).every((list) => list.length === 0)) return null
    return { ...noEvents, ...events, bounds: this.#bounds.read() }
  }
}
