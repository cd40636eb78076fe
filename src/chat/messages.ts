import type { AccountStore } from '../store/account-store.ts'
import type {
  Draft,
  MessageEntry,
  MessageLog,
  Outcome,
  Page,
  PageRange,
  Reaction,
} from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { findCredentials, findStoredKey } from './accounts.ts'
import { notAccepted } from './blocks.ts'
import { invalidParameter } from './field-errors.ts'
import { mentionCandidates } from './mentions.ts'
import { changeRefusals } from './message-changes.ts'
import {
  checkInput,
  digestOf,
  type InputLimits,
  legacyDigestOf,
  type MessageInput,
} from './message-input.ts'
import type { Metadata } from './metadata.ts'
import { Problem } from './problems.ts'
import { roomRefusals } from './room-problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { lookupKey } from './usernames.ts'

/** What clients get: the same object in the response to a POST, in the history and on the stream. */
export type Message = MessageFields &
  ({ kind: 'broadcast' } | { kind: 'direct'; to: string } | { kind: 'room'; room: string })

/** Times are RFC 3339 in UTC. What is optional is there only where there is something to tell. */
interface MessageFields {
  id: number
  from: string
  text: string
  sentAt: string
  replyTo?: number
  metadata?: Metadata
  mentions?: readonly string[]
  editedAt?: string
  deletedAt?: string
  reactions?: readonly Reaction[]
}

/** The clients' view of a message; of a deleted one its tombstone. */
export function toMessage(entry: MessageEntry): Message {
  const { id, from, to, room, text, sentAt } = entry
  const rest = { text, sentAt: toTime(sentAt), ...optionalFields(entry) }
  if (room) return { id, kind: 'room', room: room.name, from: from.username, ...rest }
  return to === null
    ? { id, kind: 'broadcast', from: from.username, ...rest }
    : { id, kind: 'direct', from: from.username, to: to.username, ...rest }
}

function optionalFields(entry: MessageEntry): Partial<MessageFields> {
  const { replyTo, metadata, mentions = [], editedAt, deletedAt, reactions = [] } = entry
  if (deletedAt !== undefined) return { deletedAt: toTime(deletedAt) }
  return {
    ...(replyTo !== undefined && { replyTo }),
    ...(metadata !== undefined && { metadata: JSON.parse(metadata) }),
    ...(mentions.length > 0 && { mentions }),
    ...(editedAt !== undefined && { editedAt: toTime(editedAt) }),
    ...(reactions.length > 0 && { reactions }),
  }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** A post that `Messages.parse` has checked. */
export interface PostCommand {
  sender: Session
  content: MessageInput
  idempotency: Draft['idempotency']
}

export interface PostedMessage {
  entry: MessageEntry
  /** True where the idempotency key was used before: the entry is the one of that first post. */
  replayed: boolean
}

/** At most one of `after` and `before` may be given. */
export interface HistoryQuery {
  after?: number | undefined
  before?: number | undefined
  /** 1 to 200. */
  limit: number
  /** A username, for the direct conversation with that person only. */
  with?: string | undefined
  /** The name of a room, for what was said in it only. */
  room?: string | undefined
}

/** A query that `Messages.parsePage` has checked. */
export interface CheckedQuery {
  range: PageRange
  /** See `HistoryQuery`. */
  with: string | undefined
}

export interface HistoryPage {
  /** Ascending. */
  entries: MessageEntry[]
  /** Whether there are more in the direction of the page: newer with `after`, otherwise older. */
  more: boolean
  /** `<id>-<epoch>`: where to open a stream so that nothing is missed in between. */
  cursor: string
}

export interface MessagesOptions extends InputLimits {
  store: {
    accounts: AccountStore
    log: Pick<MessageLog, 'findByIdempotencyKey' | 'message' | 'page'>
  }
  appender: { append(draft: Draft): Promise<Outcome> }
  /** Of the digests that are kept with idempotency keys. */
  digestKey: Uint8Array
  /** Who may write to everyone. */
  broadcast: 'everyone' | 'moderators'
}

/** Posting messages and reading the history. */
export class Messages {
  readonly #options: MessagesOptions

  constructor(options: MessagesOptions) {
    this.#options = options
  }

  /**
   * Checks what a client posts, as far as that needs no store. The schemas of the routes check the rest:
   * every string is well-formed, and an idempotency key is 1 to 255 visible ASCII characters.
   *
   * @throws {Problem} `invalid-request`
   */
  parse(sender: Session, content: MessageInput, idempotencyKey?: string): PostCommand {
    checkInput(content, this.#options)
    if (idempotencyKey === undefined) return { sender, content, idempotency: null }
    const digest = digestOf(content, this.#options.digestKey)
    return { sender, content, idempotency: { key: idempotencyKey, digest } }
  }

  /**
   * Sends a message. With an idempotency key a retry is safe for 24 hours.
   *
   * @throws {Problem} `unauthorized`, `idempotency-key-reused`, `unavailable`, `outcome-unknown`; a
   *   broadcast also `forbidden`; a direct message also `unknown-recipient`, `not-accepted` and, unless `whenOffline` is
   *   `keep`, `recipient-offline`; in a room also `unknown-room`, `forbidden`, `not-a-member`,
   *   `room-archived`
   */
  async post(command: PostCommand): Promise<PostedMessage> {
    const { sender, content, idempotency } = command
    const { appender, broadcast } = this.#options
    if (content.kind === 'broadcast' && broadcast === 'moderators') {
      const replayed = await this.replay(command)
      if (replayed) return replayed
      throw new Problem('forbidden', 'Here only moderators of the server may write to everyone.')
    }
    const to = await this.#audienceOf(content)
    const draft = { session: sender.id, to, ...contentOf(content), idempotency }
    const outcome = await mapStoreErrors(appender.append(draft))
    if ('entry' in outcome) return { entry: outcome.entry, replayed: outcome.kind === 'replayed' }
    if (outcome.kind === 'key-reused') {
      const replayed = await this.replay(command)
      if (replayed) return replayed
    }
    throw outcomeProblem(outcome.kind)
  }

  /**
   * The message that was posted with the same idempotency key before, if any. A replay does not count
   * against the rate limit, so it is also answered when the limit is reached.
   *
   * @throws {Problem} `idempotency-key-reused`, `unavailable`
   */
  async replay({ sender, content, idempotency }: PostCommand): Promise<PostedMessage | undefined> {
    if (idempotency === null) return undefined
    const stored = await mapStoreErrors(
      this.#options.store.log.findByIdempotencyKey(sender.account.id, idempotency.key),
    )
    if (!stored) return undefined
    if (![idempotency.digest, legacyDigestOf(content)].includes(stored.digest))
      throw outcomeProblem('key-reused')
    return { entry: stored.entry, replayed: true }
  }

  /** Checks a query as far as that needs no store. @throws {Problem} `invalid-request` */
  parsePage({ after, before, limit, with: username, room }: HistoryQuery): CheckedQuery {
    if (after !== undefined && before !== undefined)
      throw invalidParameter('before', 'must not be given together with after')
    const range: PageRange = { limit }
    if (after !== undefined) range.after = after
    if (before !== undefined) range.before = before
    if (room !== undefined) range.inRoom = lookupKey(room)
    return { range, with: username }
  }

  /**
   * A page of the history that the reader may see.
   *
   * @throws {Problem} `unknown-recipient`, `unknown-room`, `unavailable`
   */
  async page(reader: Session, { range, with: username }: CheckedQuery): Promise<HistoryPage> {
    const wanted =
      username === undefined ? range : { ...range, withAccount: await this.#accountOf(username) }
    const page = await mapStoreErrors(this.#options.store.log.page(reader.account.id, wanted))
    if (page === undefined) throw outcomeProblem('unknown-room')
    const { entries, more } = page
    return { entries, more, cursor: `${cursorPosition(range, page)}-${page.bounds.epoch}` }
  }

  /**
   * One message.
   *
   * @throws {Problem} `not-found`, also if the reader may not see it; `message-deleted`, `unavailable`
   */
  async find(reader: Session, id: number): Promise<MessageEntry> {
    const entry = await mapStoreErrors(this.#options.store.log.message(id, reader.account.id))
    if (entry === undefined) throw new Problem(...changeRefusals['unknown-message'])
    if (entry.deletedAt !== undefined) throw new Problem(...changeRefusals['message-deleted'])
    return entry
  }

  async #audienceOf(content: MessageInput): Promise<Draft['to']> {
    if (content.kind === 'broadcast') return null
    if (content.kind === 'room') return { type: 'room', key: lookupKey(content.room) }
    const { to, whenOffline = 'reject' } = content
    return {
      type: 'direct',
      key: await findStoredKey(this.#options.store.accounts, to),
      whenOffline,
    }
  }

  async #accountOf(name: string): Promise<number> {
    const known = await findCredentials(this.#options.store.accounts, name)
    if (known) return known.account.id
    throw outcomeProblem('unknown-recipient')
  }
}

/** What a draft has of a message; with neither metadata nor mentions where there are none. */
function contentOf({ text, replyTo, metadata }: MessageInput) {
  const mentions = mentionCandidates(text)
  return {
    text,
    ...(replyTo !== undefined && { replyTo }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(mentions.length > 0 && { mentions }),
  }
}

/** The id from which a stream goes on so that the reader of the page misses nothing. */
function cursorPosition({ after }: PageRange, { entries, more, bounds }: Page): number {
  const last = entries.at(-1)
  return after !== undefined && more && last ? last.id : bounds.head
}

const replyRule = 'must be the id of a message in the same conversation, which you may read'

type RefusedOutcome = Exclude<Outcome['kind'], 'appended' | 'replayed' | 'session-ended'>

const outcomeProblems: Readonly<
  Record<RefusedOutcome, Readonly<ConstructorParameters<typeof Problem>>>
> = {
  'key-reused': [
    'idempotency-key-reused',
    'This Idempotency-Key stands for another message. Use a new key for new content.',
  ],
  'unknown-recipient': ['unknown-recipient', 'Nobody is registered under this username.'],
  'not-accepted': notAccepted,
  'recipient-offline': [
    'recipient-offline',
    'This person is not online. Send with "whenOffline":"keep" to have the message wait for them.',
  ],
  'unknown-room': roomRefusals['unknown-room'],
  forbidden: roomRefusals.banned,
  'not-a-member': roomRefusals['not-a-member'],
  'room-archived': roomRefusals['room-archived'],
  'unknown-reply': [
    'invalid-request',
    `replyTo: ${replyRule}`,
    { errors: [{ pointer: '/replyTo', detail: replyRule }] },
  ],
}

function outcomeProblem(kind: RefusedOutcome | 'session-ended'): Problem {
  return kind === 'session-ended' ? sessionEnded() : new Problem(...outcomeProblems[kind])
}
