import type { Draft, MessageEntry, Outcome } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import type { Connection } from '../connection.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'

/** Must be called inside a write transaction. */
export class LogAppender {
  readonly #head
  readonly #insert
  readonly #insertKey
  readonly #sender
  readonly #recipient
  readonly #online
  readonly #keys

  constructor(connection: Connection) {
    this.#head = connection.prepare<[], number>('SELECT coalesce(max(id), 0) FROM entries').pluck()
    this.#insert = connection.prepare<[number, number, number | null, string, number]>(
      'INSERT INTO entries (id, sender_id, recipient_id, text, sent_at) VALUES (?, ?, ?, ?, ?)',
    )
    // REPLACE: a key that is stored but was not found has expired.
    this.#insertKey = connection.prepare<[number, number, string, string]>(
      'INSERT OR REPLACE INTO idempotency_keys (entry_id, account_id, key, digest) VALUES (?, ?, ?, ?)',
    )
    // Not a join, which SQLite would plan again for each value; see SessionQueries.
    this.#sender = connection.prepare<[number, number], Person>(
      `SELECT id, username FROM accounts
       WHERE id = (SELECT account_id FROM sessions WHERE id = ? AND expires_at > ?)`,
    )
    this.#recipient = connection.prepare<[string], Person>(
      'SELECT id, username FROM accounts WHERE key = ?',
    )
    this.#online = connection
      .prepare<[number], number>('SELECT 1 FROM presence WHERE account_id = ? LIMIT 1')
      .pluck()
    this.#keys = new IdempotencyKeys(connection)
  }

  /**
   * One outcome for each draft, in order.
   *
   * @param now read after the lock was taken
   */
  append(batch: readonly Draft[], now: number): Outcome[] {
    let head = this.#head.get() as number

    const findSender = memoize((session: number) => this.#sender.get(session, now))
    const findRecipient = memoize((key: string) => this.#recipient.get(key))
    const isOnline = memoize((account: number) => this.#online.get(account) !== undefined)

    const appendDraft = ({ session, to, text, idempotency }: Draft): Outcome => {
      const from = findSender(session)
      if (!from) return { kind: 'session-ended' }
      if (idempotency) {
        const known = this.#keys.find(from.id, idempotency.key, now)
        if (known?.digest === idempotency.digest) return { kind: 'replayed', entry: known.entry }
        if (known) return { kind: 'key-reused' }
      }
      if (to?.type === 'room') return { kind: 'unknown-room' }
      const person = to && findRecipient(to.key)
      if (person === undefined) return { kind: 'unknown-recipient' }
      if (person && to?.whenOffline === 'reject' && !isOnline(person.id)) {
        return { kind: 'recipient-offline' }
      }
      const entry: MessageEntry = {
        kind: 'message',
        id: ++head,
        from,
        to: person,
        room: null,
        text,
        sentAt: now,
      }
      this.#insert.run(entry.id, from.id, person?.id ?? null, text, now)
      if (idempotency) this.#insertKey.run(entry.id, from.id, idempotency.key, idempotency.digest)
      return { kind: 'appended', entry }
    }
    return batch.map(appendDraft)
  }
}

/** Within a transaction the answers cannot change. */
function memoize<Argument, Answer>(ask: (argument: Argument) => Answer) {
  const answers = new Map<Argument, Answer>()
  return (argument: Argument): Answer => {
    if (!answers.has(argument)) answers.set(argument, ask(argument))
    return answers.get(argument) as Answer
  }
}
