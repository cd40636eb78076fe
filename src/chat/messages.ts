import type { Draft, Entry, Outcome, Page, PageRange, Session, Store } from '../store/store.ts'
import { findCredentials, findStoredKey } from './account-lookup.ts'
import { checkMessageInput, digestOf, type MessageInput } from './message-input.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkString } from './text-rules.ts'
import { parameterErrors, throwIfInvalid } from './validation.ts'

export interface PostedMessage {
  entry: Entry
  /** The idempotency key was known: this is what was posted with it the first time. */
  replayed: boolean
}

/** Which page of the history. Of `after` and `before` at most one may be given. */
export interface HistoryQuery {
  after?: number | undefined
  before?: number | undefined
  /** 1 to 200. */
  limit: number
  /** A username: only the direct conversation with that person. */
  with?: string | undefined
}

export interface HistoryPage {
  /** Ascending. */
  entries: Entry[]
  /** More exist in the direction of the page: newer with `after`, else older. */
  more: boolean
  /** `<id>-<epoch>`: where to open a stream so that nothing is missed in between. */
  cursor: string
}

export interface MessagesOptions {
  store: Pick<Store, 'credentials' | 'entry' | 'findByIdempotencyKey' | 'page'>
  /** Gathers what is said into the store's batches. */
  appender: { append(draft: Draft): Promise<Outcome> }
  /** In code points. */
  maxChars: number
}

/** What people say to everyone or to one person, and what was said. */
export class Messages {
  readonly #options: MessagesOptions

  constructor(options: MessagesOptions) {
    this.#options = options
  }

  /**
   * Says something to everyone.
   *
   * @param idempotencyKey 1 to 255 visible ASCII characters; with it a retry is safe for 24 hours
   * @throws {Problem} `invalid-request`, `unauthorized`, `idempotency-key-reused`, `unavailable`,
   *   `outcome-unknown`
   */
  broadcast(sender: Session, text: string, idempotencyKey?: string): Promise<PostedMessage> {
    return this.#post(sender, { kind: 'broadcast', text }, idempotencyKey)
  }

  /**
   * Says something to one person, who is online unless it may be kept for them.
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
   * What was posted with an idempotency key, without posting: a replay costs nothing of the rate
   * limit, so it is answered also where the limit is reached.
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
      this.#options.store.findByIdempotencyKey(sender.account.id, idempotencyKey),
    )
    if (!stored) return undefined
    if (stored.digest !== digestOf(input)) throw outcomeProblem('key-reused')
    return { entry: stored.entry, replayed: true }
  }

  /** Judges what can be judged of a post without the store. @throws {Problem} `invalid-request` */
  check(input: MessageInput, idempotencyKey?: string): void {
    checkMessageInput(input, this.#options.maxChars, idempotencyKey)
  }

  /** Judges what can be judged of a page without the store. @throws {Problem} `invalid-request` */
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
    const page = await mapStoreErrors(this.#options.store.page(reader.account.id, range))
    const { entries, more } = page
    return { entries, more, cursor: `${cursorPosition(wanted, page)}-${page.bounds.epoch}` }
  }

  /** One message. @throws {Problem} `not-found`, also where the reader may not see it; `unavailable` */
  async find(reader: Session, id: number): Promise<Entry> {
    const entry = await mapStoreErrors(this.#options.store.entry(id, reader.account.id))
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
    return { key: await findStoredKey(this.#options.store, to), whenOffline }
  }

  async #rangeOf({ after, before, limit, with: name }: HistoryQuery): Promise<PageRange> {
    const range: PageRange = { limit }
    if (after !== undefined) range.after = after
    if (before !== undefined) range.before = before
    if (name !== undefined) range.withAccount = await this.#accountOf(name)
    return range
  }

  async #accountOf(name: string): Promise<number> {
    const known = await findCredentials(this.#options.store, name)
    if (known) return known.account.id
    throw outcomeProblem('unknown-recipient')
  }
}

/** Up to which id a reader of the page has seen all they asked for, so that a stream can go on from there. */
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
