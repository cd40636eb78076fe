import type {
  Credentials,
  DisplayNameChange,
  DisplayNameOutcome,
  NewAccount,
  PasswordChange,
} from '../account-store.ts'
import type { Account, Person } from '../person.ts'
import { type AccountRow, accountColumns, afterPrefix, mergeAccounts, toAccount } from '../rows.ts'
import type { Connection } from './connection.ts'

type CredentialsRow = AccountRow & { passwordHash: string }

export class AccountQueries {
  readonly #insert
  readonly #byKey
  readonly #bySkeleton
  readonly #insertSkeleton
  readonly #passwordHash
  readonly #setPasswordHash
  readonly #byId
  readonly #nameChangedAt
  readonly #setDisplayName
  readonly #byKeys
  readonly #searchKeys
  readonly #searchDisplayKeys
  readonly #person
  readonly #ofSession

  constructor(connection: Connection) {
    this.#insert = connection
      .prepare<[string, string, string, number], number>(
        `INSERT INTO accounts (username, key, password_hash, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (key) DO NOTHING RETURNING id`,
      )
      .pluck()
    this.#byKey = connection.prepare<[string], CredentialsRow>(
      `SELECT ${accountColumns('accounts')}, password_hash AS passwordHash
       FROM accounts WHERE key = ?`,
    )
    this.#bySkeleton = connection
      .prepare<[string], number>('SELECT account_id FROM name_skeletons WHERE skeleton = ?')
      .pluck()
    this.#insertSkeleton = connection.prepare<[string, number]>(
      'INSERT INTO name_skeletons (skeleton, account_id) VALUES (?, ?)',
    )
    this.#passwordHash = connection
      .prepare<[number], string>('SELECT password_hash FROM accounts WHERE id = ?')
      .pluck()
    this.#setPasswordHash = connection.prepare<[string, number, string]>(
      'UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?',
    )
    this.#byId = connection.prepare<[number], AccountRow>(
      `SELECT ${accountColumns('accounts')} FROM accounts WHERE id = ?`,
    )
    this.#nameChangedAt = connection
      .prepare<[number], number>(
        'SELECT coalesce(display_name_changed_at, 0) FROM accounts WHERE id = ?',
      )
      .pluck()
    this.#setDisplayName = connection.prepare<[string | null, string | null, number, number]>(
      `UPDATE accounts SET display_name = ?, display_key = ?, display_name_changed_at = ?
       WHERE id = ?`,
    )
    this.#byKeys = connection.prepare<[string], AccountRow>(
      `SELECT ${accountColumns('accounts')} FROM accounts
       WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key`,
    )
    const searched = (column: string) =>
      connection.prepare<[string, string, number], AccountRow>(
        `SELECT ${accountColumns('accounts')} FROM accounts
         WHERE ${column} >= ? AND ${column} < ? AND closed_at IS NULL ORDER BY ${column} LIMIT ?`,
      )
    this.#searchKeys = searched('key')
    this.#searchDisplayKeys = searched('display_key')
    this.#person = connection.prepare<[string], Person>(
      'SELECT id, username FROM accounts WHERE key = ?',
    )
    // Not a join, which SQLite would plan again for each value; see SessionQueries.
    this.#ofSession = connection.prepare<[number, number], Person>(
      `SELECT id, username FROM accounts
       WHERE id = (SELECT account_id FROM sessions WHERE id = ? AND expires_at > ?)`,
    )
  }

  /** @returns undefined where the key or a skeleton is taken */
  create({ username, key, skeletons, passwordHash }: NewAccount, now: number): Account | undefined {
    if (this.skeletonsTaken(skeletons)) return undefined
    const id = this.#insert.get(username, key, passwordHash, now)
    if (id === undefined) return undefined
    for (const skeleton of skeletons) this.#insertSkeleton.run(skeleton, id)
    return { id, username, createdAt: now, role: 'member' }
  }

  skeletonsTaken(skeletons: readonly string[]): boolean {
    return skeletons.some((skeleton) => this.#bySkeleton.get(skeleton) !== undefined)
  }

  person(key: string): Person | undefined {
    return this.#person.get(key)
  }

  /** @returns undefined where the session has ended or expired */
  ofSession(session: number, now: number): Person | undefined {
    return this.#ofSession.get(session, now)
  }

  /** Empty where the account has no password, or there is no such account. */
  passwordHash(account: number): string {
    return this.#passwordHash.get(account) ?? ''
  }

  /** @returns false where the hash is another than the one that was verified */
  changePassword(account: number, { verifiedHash, passwordHash }: PasswordChange): boolean {
    return this.#setPasswordHash.run(passwordHash, account, verifiedHash).changes > 0
  }

  byKeys(keys: readonly string[]): Account[] {
    return this.#byKeys.all(JSON.stringify(keys)).map(toAccount)
  }

  search({ key, displayKey }: { key: string; displayKey: string }, limit: number): Account[] {
    const searches = [
      { statement: this.#searchKeys, prefix: key },
      { statement: this.#searchDisplayKeys, prefix: displayKey },
    ]
    const rows = searches.flatMap(({ statement, prefix }) =>
      prefix === '' ? [] : statement.all(prefix, afterPrefix(prefix), limit),
    )
    return mergeAccounts(rows, limit)
  }

  /** @returns undefined where there is none with this number */
  byId(id: number): Account | undefined {
    const row = this.#byId.get(id)
    return row && toAccount(row)
  }

  /** @returns null where it is the same already */
  setDisplayName(id: number, change: DisplayNameChange, now: number): DisplayNameOutcome | null {
    const { displayName, displayKey, skeletons, minIntervalMs } = change
    if ((this.byId(id)?.displayName ?? null) === displayName) return null
    const owners = skeletons.map((skeleton) => this.#bySkeleton.get(skeleton))
    if (owners.some((owner) => owner !== undefined && owner !== id)) return 'looks-like-another'
    if (now - (this.#nameChangedAt.get(id) as number) < minIntervalMs) return 'too-soon'
    this.#setDisplayName.run(displayName, displayKey, now, id)
    return this.byId(id) as Account
  }

  credentials(key: string): Credentials | undefined {
    const row = this.#byKey.get(key)
    if (!row) return undefined
    return { account: toAccount(row), passwordHash: row.passwordHash }
  }
}
