import type { Draft, MessageEntry, Outcome } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { RoomRef } from '../../room.ts'
import { AccountQueries } from '../accounts.ts'
import { BlockQueries } from '../blocks.ts'
import type { Connection } from '../connection.ts'
import { ReadMarkers } from '../conversations/read-markers.ts'
import { queriesOf } from '../queries-of.ts'
import { PostingRules } from '../rooms/posting-rules.ts'
import { Restrictions } from '../staff/restrictions.ts'
import { Audiences, EVERYONE } from './audiences.ts'
import { EntryWriter } from './entry-writer.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import { memoize } from './memoize.ts'
import { idsOf, Mentions } from './mentions.ts'
import { MessageQueries } from './message-queries.ts'

/** Where an entry goes, or why it is refused. */
type Destination = { audience: number; to: Person | null; room: RoomRef | null } | Outcome

/** Judges drafts and appends them to the log. Must be called inside a write transaction. */
export class LogAppender {
  readonly #entries
  readonly #accounts
  readonly #blocks
  readonly #audiences
  readonly #online
  readonly #keys
  readonly #posting
  readonly #messages
  readonly #mentions
  readonly #markers
  readonly #mutes

  constructor(connection: Connection) {
    this.#entries = queriesOf(EntryWriter, connection)
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#blocks = queriesOf(BlockQueries, connection)
    this.#audiences = queriesOf(Audiences, connection)
    this.#online = connection
      .prepare<[number], number>('SELECT 1 FROM presence WHERE account_id = ? LIMIT 1')
      .pluck()
    this.#keys = queriesOf(IdempotencyKeys, connection)
    this.#posting = queriesOf(PostingRules, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#mentions = queriesOf(Mentions, connection)
    this.#markers = queriesOf(ReadMarkers, connection)
    this.#mutes = new Restrictions(connection, 'mutes')
  }

  /**
   * One outcome for each draft, in order.
   *
   * @param now read after the lock was taken
   */
  append(batch: readonly Draft[], now: number): Outcome[] {
    const write = this.#entries.begin(now)
    const findSender = memoize((session: number) => this.#accounts.ofSession(session, now))
    const isMuted = memoize((account: number) => this.#mutes.has(account, now))
    const destinationOf = this.#destinations(now)
    const newest = new NewestPosts()

    const appendDraft = (draft: Draft): Outcome => {
      const { session, to, text, replyTo, idempotency } = draft
      const from = findSender(session)
      if (!from) return { kind: 'session-ended' }
      if (idempotency) {
        const known = this.#keys.find(from.id, idempotency.key, now)
        if (known?.digest === idempotency.digest && known.entry.kind === 'message')
          return { kind: 'replayed', entry: this.#messages.ofRow(known.entry) }
        if (known) return { kind: 'key-reused' }
      }
      if (isMuted(from.id)) return { kind: 'muted' }
      const destination = destinationOf(from, to, replyTo)
      if ('kind' in destination) return destination
      const { audience, to: recipient, room } = destination
      if (replyTo !== undefined && !this.#messages.isVisibleIn(audience, from.id, replyTo))
        return unknownReply
      const message = {
        kind: 'message',
        audience,
        actor: from.id,
        target: recipient?.id ?? null,
        text,
      } as const
      const extras = this.#extrasOf(draft, audience)
      const id = write(extras ? { ...message, more: extras.stored } : message)
      newest.add(from.id, audience, id)
      if (idempotency) this.#keys.add(id, from.id, idempotency)
      const entry: MessageEntry = {
        kind: 'message',
        id,
        from,
        to: recipient,
        room,
        text,
        sentAt: now,
      }
      return { kind: 'appended', entry: extras ? { ...entry, ...extras.told } : entry }
    }
    const outcomes = batch.map(appendDraft)
    for (const [account, audience, id] of newest) this.#markers.move(account, audience, id)
    return outcomes
  }

  /** What most messages do not have; undefined where there is none of it. */
  #extrasOf({ replyTo, metadata, mentions = [] }: Draft, audience: number) {
    const mentioned = mentions.length === 0 ? [] : this.#mentions.ofNew(mentions, audience)
    if (replyTo === undefined && metadata === undefined && mentioned.length === 0) return undefined
    return {
      stored: { ref: replyTo ?? null, metadata: metadata ?? null, mentions: idsOf(mentioned) },
      told: {
        ...(replyTo !== undefined && { replyTo }),
        ...(metadata !== undefined && { metadata }),
        ...(mentioned.length > 0 && { mentions: mentioned.map(({ username }) => username) }),
      },
    }
  }

  /** Within a transaction each answer stays as it is, so it is asked for once. */
  #destinations(
    now: number,
  ): (from: Person, to: Draft['to'], replyTo: number | undefined) => Destination {
    const findRecipient = memoize((key: string) => this.#accounts.person(key))
    const isOnline = memoize((account: number) => this.#online.get(account) !== undefined)
    const judgePost = this.#posting.begin()
    const between = memoize((pair: string) => {
      const [sender, recipient] = pair.split(' ').map(Number) as [number, number]
      return (
        this.#audiences.between(sender, recipient) ?? this.#audiences.begin(sender, recipient, now)
      )
    })

    return (from, to, replyTo) => {
      if (to === null) return everyone
      if (to.type === 'room') return judgePost(from.id, to.key)
      const recipient = findRecipient(to.key)
      if (!recipient) return { kind: 'unknown-recipient' }
      if (this.#blocks.has(recipient.id, from.id)) return { kind: 'not-accepted' }
      if (to.whenOffline === 'reject' && !isOnline(recipient.id))
        return { kind: 'recipient-offline' }
      // Before the first message there is nothing to reply to, and a refused one begins nothing.
      if (replyTo !== undefined && this.#audiences.between(from.id, recipient.id) === undefined)
        return unknownReply
      return { audience: between(`${from.id} ${recipient.id}`), to: recipient, room: null }
    }
  }
}

const unknownReply: Outcome = { kind: 'unknown-reply' }

const everyone: Destination = { audience: EVERYONE, to: null, room: null }

/** The newest message of each account in each audience, to which its marker moves. */
class NewestPosts {
  readonly #ids = new Map<number, Map<number, number>>()

  add(account: number, audience: number, id: number): void {
    const ofAccount = this.#ids.get(account)
    if (ofAccount) ofAccount.set(audience, id)
    else this.#ids.set(account, new Map([[audience, id]]))
  }

  *[Symbol.iterator](): Iterator<[account: number, audience: number, id: number]> {
    for (const [account, ids] of this.#ids)
      for (const [audience, id] of ids) yield [account, audience, id]
  }
}
