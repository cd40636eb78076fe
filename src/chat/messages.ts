import type { Draft, Entry, Outcome, Page, PageRange, Session, Store } from '../store/store.ts'
import { type Content, checkContent, digestOf } from './content.ts'
import { credentialsOf, storedKeyOf } from './known-names.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { sessionOver } from './sessions.ts'
import { answer } from './store-problems.ts'
import { checkString } from './texts.ts'
import { inParameter, refuseInvalid } from './validation.ts'

export interface Posted {
  entry: Entry
  /** The idempotency key was known: this is what was posted with it the first time. */
  replayed: boolean
}

/** Which page of the history. Of `after` and `before` at most one may be given. */
export interface PageWanted {
  after?: number | undefined
  before?: number | undefined
  /** 1 to 200. */
  limit: number
  /** A username: only the direct conversation with that person. */
  with?: string | undefined
}

export interface PageRead {
  /** Ascending. */
  entries: Entry[]
  /** More exist in the direction of the page: newer with `after`, else older. */
  more: boolean
  /** `<id>-<epoch>`: where to open a stream so that nothing is missed in between. */
  cursor: string
}

export interface MessagesOptions {
  store: Pick<Store, 'credentials' | 'entry' | 'keyed' | 'page'>
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
  broadcast(sender: Session, text: string, idempotencyKey?: string): Promise<Posted> {
    return this.#post(sender, { kind: 'broadcast', text }, idempotencyKey)
  }

  /**
   * Says something to one person, who is online unless it may be kept for them.
   *
   * @throws {Problem} as `broadcast`, and `unknown-recipient`, `recipient-offline`
   */
  direct(
    sender: Session,
    content: Omit<Content & { kind: 'direct' }, 'kind'>,
    idempotencyKey?: string,
  ): Promise<Posted> {
    return this.#post(sender, { ...content, kind: 'direct' }, idempotencyKey)
  }

  /**
   * What was posted with an idempotency key, without posting: a replay costs nothing of the rate
   * limit, so it is answered also where the limit is reached.
   *
   * @throws {Problem} `invalid-request`, `idempotency-key-reused`, `unavailable`
   */
  async replay(
    sender: Session,
    content: Content,
    idempotencyKey: string,
  ): Promise<Posted | undefined> {
    this.check(content, idempotencyKey)
    const known = await answer(this.#options.store.keyed(sender.account.id, idempotencyKey))
    if (!known) return undefined
    if (known.digest !== digestOf(content)) throw refusal('key-reused')
    return { entry: known.entry, replayed: true }
  }

  /** Judges what can be judged of a post without the store. @throws {Problem} `invalid-request` */
  check(content: Content, idempotencyKey?: string): void {
    checkContent(content, this.#options.maxChars, idempotencyKey)
  }

  /** Judges what can be judged of a page without the store. @throws {Problem} `invalid-request` */
  checkPage({ after, before, with: name }: PageWanted): void {
    const both = after !== undefined && before !== undefined
    refuseInvalid(
      inParameter('before', both ? 'must not be given together with after' : undefined),
      inParameter('with', name === undefined ? undefined : checkString(name)),
    )
  }

  /**
   * A page of the history that the reader may see.
   *
   * @throws {Problem} `invalid-request`, `unknown-recipient`, `unavailable`
   */
  async page(reader: Session, wanted: PageWanted): Promise<PageRead> {
    this.checkPage(wanted)
    const range = await this.#rangeOf(wanted)
    const page = await answer(this.#options.store.page(reader.account.id, range))
    const { entries, more } = page
    return { entries, more, cursor: `${covered(wanted, page)}-${page.extent.epoch}` }
  }

  /** One message. @throws {Problem} `not-found`, also where the reader may not see it; `unavailable` */
  async find(reader: Session, id: number): Promise<Entry> {
    const entry = await answer(this.#options.store.entry(id, reader.account.id))
    if (entry) return entry
    throw new Problem('not-found', 'There is no such message, or not for you to see.')
  }

  async #post(sender: Session, content: Content, key: string | undefined): Promise<Posted> {
    this.check(content, key)
    const to = content.kind === 'direct' ? await this.#recipientOf(content) : null
    const outcome = await answer(
      this.#options.appender.append({
        session: sender.id,
        to,
        text: content.text,
        idempotency: key === undefined ? null : { key, digest: digestOf(content) },
      }),
    )
    if ('entry' in outcome) return { entry: outcome.entry, replayed: outcome.kind === 'replayed' }
    throw refusal(outcome.kind)
  }

  async #recipientOf({ to, whenOffline = 'reject' }: Content & { kind: 'direct' }) {
    return { key: await storedKeyOf(this.#options.store, to), whenOffline }
  }

  async #rangeOf({ after, before, limit, with: name }: PageWanted): Promise<PageRange> {
    const range: PageRange = { limit }
    if (after !== undefined) range.after = after
    if (before !== undefined) range.before = before
    if (name !== undefined) range.withAccount = await this.#accountOf(name)
    return range
  }

  async #accountOf(name: string): Promise<number> {
    const known = await credentialsOf(this.#options.store, name)
    if (known) return known.account.id
    throw refusal('unknown-recipient')
  }
}

/** Up to which id a reader of the page has seen all they asked for, so that a stream can go on from there. */
function covered({ after }: PageWanted, { entries, more, extent }: Page): number {
  const last = entries.at(-1)
  return after !== undefined && more && last ? last.id : extent.head
}

type Refused = Exclude<Outcome['kind'], 'appended' | 'replayed' | 'session-ended'>

const refusals: Readonly<Record<Refused, readonly [ProblemCode, string]>> = {
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

function refusal(kind: Refused | 'session-ended'): Problem {
  return kind === 'session-ended' ? sessionOver() : new Problem(...refusals[kind])
}
