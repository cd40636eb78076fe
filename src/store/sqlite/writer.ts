import type {
  DisplayNameChange,
  DisplayNameOutcome,
  NewAccount,
  PasswordChange,
} from '../account-store.ts'
import type { BlockOutcome } from '../block-store.ts'
import type { SessionCaller } from '../caller.ts'
import type { ConversationKey } from '../conversation-store.ts'
import type { ProvenCaller } from '../fresh-proof.ts'
import type { ChangeCommand, ChangeOutcome } from '../message-changes.ts'
import type { Draft, LogBounds, Outcome } from '../message-log.ts'
import type { Account } from '../person.ts'
import type { PresenceChange } from '../presence-store.ts'
import type { DeliveryReceipt } from '../receipt-store.ts'
import type { RoomCall, RoomOutcome } from '../room-store.ts'
import type { Session, SessionClient, SessionUse } from '../session-store.ts'
import type { SetupCodeUse, StaffCall, StaffCommand, StaffOutcome } from '../staff-store.ts'
import type { StoreUpdate } from '../store.ts'
import type { TokenRefusal } from '../token-rules.ts'
import type { NewToken, Token } from '../token-store.ts'
import { AccountQueries } from './accounts.ts'
import { BlockQueries } from './blocks.ts'
import type { Connection } from './connection.ts'
import {
  ConversationCommands,
  type MarkReadCall,
  type MarkReadOutcome,
} from './conversations/conversation-commands.ts'
import { ReadMarkers } from './conversations/read-markers.ts'
import { DeletedTexts } from './deleted-texts.ts'
import { LogAppender } from './log/append.ts'
import { EVERYONE } from './log/audiences.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { MessageCommands } from './log/change.ts'
import { type Events, noEvents } from './no-events.ts'
import { PresenceQueries } from './presence.ts'
import { queriesOf } from './queries-of.ts'
import { ReceiptQueries } from './receipts.ts'
import { RecentBatches } from './recent-batches.ts'
import { RetentionQueries } from './retention.ts'
import { RoomCommands } from './rooms/room-commands.ts'
import { type EndedSessions, SessionWrites } from './session-writes.ts'
import { SessionQueries } from './sessions.ts'
import { Restrictions } from './staff/restrictions.ts'
import { StaffCommands } from './staff/staff-commands.ts'
import { TokenCommands } from './tokens.ts'
import { WriteTransaction } from './transaction.ts'
import { WriteProbe } from './write-probe.ts'

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
  readonly #writes
  readonly #tokens
  readonly #presence
  readonly #receipts
  readonly #staff
  readonly #mutes
  readonly #retention
  readonly #deletedTexts
  readonly #probe
  readonly #clock
  readonly #recentBatches = new RecentBatches()
  #failing = false

  /** @param clock Unix milliseconds; read after the write lock was taken */
  constructor(connection: Connection, clock: () => number) {
    this.#transaction = new WriteTransaction(connection)
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#log = new LogAppender(connection)
    this.#changes = new MessageCommands(connection)
    this.#rooms = new RoomCommands(connection)
    this.#conversations = new ConversationCommands(connection)
    this.#markers = queriesOf(ReadMarkers, connection)
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#blocks = queriesOf(BlockQueries, connection)
    this.#sessions = queriesOf(SessionQueries, connection)
    this.#writes = queriesOf(SessionWrites, connection)
    this.#tokens = new TokenCommands(connection)
    this.#presence = queriesOf(PresenceQueries, connection)
    this.#receipts = queriesOf(ReceiptQueries, connection)
    this.#staff = new StaffCommands(connection)
    this.#mutes = new Restrictions(connection, 'mutes')
    this.#retention = queriesOf(RetentionQueries, connection)
    this.#deletedTexts = new DeletedTexts(connection)
    this.#probe = new WriteProbe(connection)
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
      const executed = calls.map(this.#rooms.begin(now))
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

  markRead(calls: readonly MarkReadCall[]): WriteResult<MarkReadOutcome[]> {
    return this.#write((now) => {
      const marked = calls.map((call) => this.#conversations.markRead(call, now))
      const read = marked.flatMap(({ read }) => read)
      return { value: marked.map(({ outcome }) => outcome), update: this.#updateOf({ read }) }
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
      return { value: this.#writes.open(created.id, ttlMs, now, client), update: null }
    })
  }

  executeStaffCommand(call: StaffCall, command: StaffCommand): WriteResult<StaffOutcome> {
    return this.#write((now) => {
      const { outcome, affected } = this.#staff.execute(call, command, now)
      if (affected === undefined) return { value: outcome, update: null }
      if (affected.by === 'set-role')
        return { value: outcome, update: this.#updateOf({ accounts: [affected.account] }) }
      const events = this.#writes.endAll(affected.account.id, now)
      return { value: outcome, update: this.#updateOf({ ...events, banned: events.ended }) }
    })
  }

  useSetupCode(use: SetupCodeUse): WriteResult<Session | 'unknown-code'> {
    return this.#write((now) => {
      const account = this.#staff.useSetupCode(use, now)
      if (account === undefined) return { value: 'unknown-code', update: null }
      const events = this.#writes.endAll(account, now)
      const session = this.#writes.open(account, use.ttlMs, now, use.client)
      this.#sessions.markAsSetup(session.id)
      return { value: session, update: this.#updateOf(events) }
    })
  }

  openSessionWithPassword(
    account: number,
    verifiedHash: string,
    ttlMs: number,
    client?: SessionClient,
  ): WriteResult<Session | 'password-changed' | 'banned'> {
    return this.#write((now) => {
      if (this.#accounts.passwordHash(account) !== verifiedHash)
        return { value: 'password-changed', update: null }
      return this.#opened(this.#writes.openOneMore(account, ttlMs, now, client))
    })
  }

  openSession(
    account: number,
    ttlMs: number,
    client?: SessionClient,
  ): WriteResult<Session | 'banned'> {
    return this.#write((now) => this.#opened(this.#writes.openOneMore(account, ttlMs, now, client)))
  }

  endSession(id: number): WriteResult<boolean> {
    return this.#write((now) => {
      const events = this.#writes.end([id], now)
      return { value: events.ended.length > 0, update: this.#updateOf(events) }
    })
  }

  createToken(caller: ProvenCaller, token: NewToken): WriteResult<Token | TokenRefusal> {
    return this.#write((now) => {
      return { value: this.#tokens.create(caller, token, now), update: null }
    })
  }

  endToken(
    caller: SessionCaller,
    id: number,
  ): WriteResult<'ended' | 'unknown-token' | 'session-ended'> {
    return this.#write((now) => {
      const refusal = this.#tokens.refusalToEnd(caller, id, now)
      if (refusal !== undefined) return { value: refusal, update: null }
      return { value: 'ended', update: this.#updateOf(this.#writes.end([id], now)) }
    })
  }

  endOwnSessions(
    { session: own }: SessionCaller,
    which: number | 'others',
  ): WriteResult<number[] | 'session-ended'> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(own, now)
      if (!caller) return { value: 'session-ended', update: null }
      return this.#ended(
        this.#writes.endOwn(caller.id, now, (id) =>
          which === 'others' ? id !== own : id === which,
        ),
      )
    })
  }

  changePassword(
    { session: own }: SessionCaller,
    change: PasswordChange,
  ): WriteResult<number[] | 'session-ended' | 'password-changed'> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(own, now)
      if (!caller) return { value: 'session-ended', update: null }
      if (!this.#accounts.changePassword(caller.id, change))
        return { value: 'password-changed', update: null }
      const tokens = change.endTokens ? this.#tokens.idsOf(caller.id, now) : []
      return this.#ended(this.#writes.endOwn(caller.id, now, (id) => id !== own, tokens))
    })
  }

  setDisplayName(
    { session }: SessionCaller,
    change: DisplayNameChange,
  ): WriteResult<DisplayNameOutcome> {
    return this.#write((now) => {
      const caller = this.#accounts.ofSession(session, now)
      if (!caller) return { value: 'session-ended', update: null }
      if (this.#mutes.has(caller.id, now)) return { value: 'muted', update: null }
      const outcome = this.#accounts.setDisplayName(caller.id, change, now)
      if (outcome === null)
        return { value: this.#accounts.byId(caller.id) as Account, update: null }
      const accounts = typeof outcome === 'string' ? [] : [outcome]
      return { value: outcome, update: this.#updateOf({ accounts }) }
    })
  }

  setBlock({ session }: SessionCaller, key: string, blocked: boolean): WriteResult<BlockOutcome> {
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

  deleteRecords(before: number | undefined): WriteResult<{ more: boolean }> {
    return this.#write((now) => {
      return { value: { more: this.#retention.deleteRecords(before, now) }, update: null }
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
    this.#write(() => this.#probe.run())
  }

  #write<Result>(work: (now: number) => Result): Result {
    this.#failing = true
    const result = this.#transaction.run(() => work(this.#clock()))
    this.#failing = false
    return result
  }

  #ended({ left, ended }: EndedSessions): WriteResult<number[]> {
    return { value: ended, update: this.#updateOf({ left, ended }) }
  }

  #opened(made: ReturnType<SessionWrites['openOneMore']>): WriteResult<Session | 'banned'> {
    if (made === undefined) return { value: 'banned', update: null }
    return { value: made.session, update: this.#updateOf({ ...made.events }) }
  }

  /** Null where nothing happened. */
  #updateOf(events: Partial<Events>): StoreUpdate | null {
    if (Object.values(events).every((list) => list.length === 0)) return null
    return { ...noEvents, ...events, bounds: this.#bounds.read() }
  }
}
