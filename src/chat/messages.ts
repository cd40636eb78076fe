import { hash } from 'node:crypto'
import type { AccountStore } from '../store/account-store.ts'
import type { Draft, Entry, MessageLog, Outcome, Page, PageRange } from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { findCredentials, findStoredKey } from './accounts.ts'
import { fieldErrors, parameterErrors, throwIfInvalid } from './field-errors.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkString, checkText } from './text-rules.ts'

/** What a client sends. `whenOffline` defaults to `reject`. */
export type MessageInput =
  | { kind: 'broadcast'; text: string }
  | { kind: 'direct'; to: string; text: string; whenOffline?: 'reject' | 'keep' | undefined }

/** What clients get: the same object in the response to a POST, in the history and on the stream. */
export type Message =
  | { id: number; kind: 'broadcast'; from: string; text: string; sentAt: string }
  | { id: number; kind: 'direct'; from: string; to: string; text: string; sentAt: string }

/** The clients' view of a log entry; `sentAt` is RFC 3339 in UTC. */
export function toMessage({ id, from, to, text, sentAt }: Entry): Message {
  const at = new Date(sentAt).toISOString()
  return to === null
    ? { id, kind: 'broadcast', from: from.username, text, sentAt: at }
    : { id, kind: 'direct', from: from.username, to: to.username, text, sentAt: at }
}

export interface PostedMessage {
  entry: Entry
  /** True if the idempotency key was used before: the entry is the one of that first post. */
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
}

export interface HistoryPage {
  /** Ascending. */
  entries: Entry[]
  /** Whether there are more in the direction of the page: newer with `after`, otherwise older. */
  more: boolean
  /** `<id>-<epoch>`: where to open a stream so that nothing is missed in between. */
  cursor: string
}

export interface MessagesOptions {
  store: {
    accounts: AccountStore
    log: Pick<MessageLog, 'entry' | 'findByIdempotencyKey' | 'page'>
  }
  appender: { append(draft: Draft): Promise<Outcome> }
  /** In code points. */
  maxChars: number
}

/** Posting messages and reading the history. */
export class Messages {
  readonly #options: MessagesOptions

  constructor(options: MessagesOptions) {
    this.#options = options
  }

  /**
   * Sends a message to everyone.
   *
   * @param idempotencyKey 1 to 255 visible ASCII characters; with it a retry is safe for 24 hours
   * @throws {Problem} `invalid-request`, `unauthorized`, `idempotency-key-reused`, `unavailable`,
   *   `outcome-unknown`
   */
  broadcast(sender: Session, text: string, idempotencyKey?: string): Promise<PostedMessage> {
    return this.#post(sender, { kind: 'broadcast', text }, idempotencyKey)
  }

  /**
   * Sends a message to one person, who must be online unless `whenOffline` is `keep`.
   *
   * @throws {Problem} as `broadcast`, and `unknown-recipient`, `recipient-offline`
   */
  direct(
    sender: Session,
    input: Omit<MessageInput & { kind: 'direct' }, 'kind'>,
    idempotencyKey?: string,
  ): Promise<PostedMessage> {
    return this.#post(sender, { ...input, kind: 'direct' }, idempotencyKey)
  }

  /**
   * The message that was posted with an idempotency key before, if any. A replay does not count
   * against the rate limit, so it is also answered when the limit is reached.
   *
   * @throws {Problem} `invalid-request`, `idempotency-key-reused`, `unavailable`
   */
  async replay(
    sender: Session,
    input: MessageInput,
    idempotencyKey: string,
  ): Promise<PostedMessage | undefined> {
    this.check(input, idempotencyKey)
    const stored = await mapStoreErrors(
      this.#options.store.log.findByIdempotencyKey(sender.account.id, idempotencyKey),
    )
    if (!stored) return undefined
    if (stored.digest !== digestOf(input)) throw outcomeProblem('key-reused')
    return { entry: stored.entry, replayed: true }
  }

  /** Checks a post as far as that needs no store. @throws {Problem} `invalid-request` */
  check(input: MessageInput, idempotencyKey?: string): void {
    throwIfInvalid(
      parameterErrors('Idempotency-Key', checkIdempotencyKey(idempotencyKey)),
      fieldErrors('to', input.kind === 'direct' ? checkString(input.to) : undefined),
      fieldErrors('text', checkText(input.text, this.#options.maxChars)),
    )
  }

  /** Checks a query as far as that needs no store. @throws {Problem} `invalid-request` */
  checkPage({ after, before, with: name }: HistoryQuery): void {
    const both = after !== undefined && before !== undefined
    throwIfInvalid(
      parameterErrors('before', both ? 'must not be given together with after' : undefined),
      parameterErrors('with', name === undefined ? undefined : checkString(name)),
    )
  }

  /**
   * A page of the history that the reader may see.
   *
   * @throws {Problem} `invalid-request`, `unknown-recipient`, `unavailable`
   */
  async page(reader: Session, wanted: HistoryQuery): Promise<HistoryPage> {
    this.checkPage(wanted)
    const range = await this.#rangeOf(wanted)
    const page = await mapStoreErrors(this.#options.store.log.page(reader.account.id, range))
    const { entries, more } = page
    return { entries, more, cursor: `${cursorPosition(wanted, page)}-${page.bounds.epoch}` }
  }

  /** One message. @throws {Problem} `not-found`, also if the reader may not see it; `unavailable` */
  async find(reader: Session, id: number): Promise<Entry> {
    const entry = await mapStoreErrors(this.#options.store.log.entry(id, reader.account.id))
    if (entry) return entry
    throw new Problem('not-found', 'There is no such message, or not for you to see.')
  }

  async #post(
    sender: Session,
    input: MessageInput,
    key: string | undefined,
  ): Promise<PostedMessage> {
    this.check(input, key)
    const to = input.kind === 'direct' ? await this.#recipientOf(input) : null
    const outcome = await mapStoreErrors(
      this.#options.appender.append({
        session: sender.id,
        to,
        text: input.text,
        idempotency: key === undefined ? null : { key, digest: digestOf(input) },
      }),
    )
    if ('entry' in outcome) return { entry: outcome.entry, replayed: outcome.kind === 'replayed' }
    throw outcomeProblem(outcome.kind)
  }

  async #recipientOf({ to, whenOffline = 'reject' }: MessageInput & { kind: 'direct' }) {
    return { key: await findStoredKey(this.#options.store.accounts, to), whenOffline }
  }

  async #rangeOf({ after, before, limit, with: name }: HistoryQuery): Promise<PageRange> {
    const range: PageRange = { limit }
    if (after !== undefined) range.after = after
    if (before !== undefined) range.before = before
    if (name !== undefined) range.withAccount = await this.#accountOf(name)
    return range
  }

  async #accountOf(name: string): Promise<number> {
    const known = await findCredentials(this.#options.store.accounts, name)
    if (known) return known.account.id
    throw outcomeProblem('unknown-recipient')
  }
}

function checkIdempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7E]{1,255}$/.test(key)) return undefined
  return 'must be 1 to 255 visible ASCII characters, without spaces'
}

/** SHA-256 in hexadecimal of everything that was sent, as it was sent. */
function digestOf(input: MessageInput): string {
  const fields =
    input.kind === 'broadcast'
      ? [input.kind, input.text]
      : [input.kind, input.text, input.to, input.whenOffline ?? 'reject']
  return hash('sha256', JSON.stringify(fields))
}

/** The id from which a stream goes on so that the reader of the page misses nothing. */
function cursorPosition({ after }: HistoryQuery, { entries, more, bounds }: Page): number {
  const last = entries.at(-1)
  return after !== undefined && more && last ? last.id : bounds.head
}

type RefusedOutcome = Exclude<Outcome['kind'], 'appended' | 'replayed' | 'session-ended'>

const outcomeProblems: Readonly<Record<RefusedOutcome, readonly [ProblemCode, string]>> = {
  'key-reused': [
    'idempotency-key-reused',
    'This Idempotency-Key stands for another message. Use a new key for new content.',
  ],
  'unknown-recipient': ['unknown-recipient', 'Nobody is registered under this username.'],
  'recipient-offline': [
    'recipient-offline',
    'This person is not online. Send with "whenOffline":"keep" to have the message wait for them.',
  ],
}

function outcomeProblem(kind: RefusedOutcome | 'session-ended'): Problem {
  return kind === 'session-ended' ? sessionEnded() : new Problem(...outcomeProblems[kind])
}
