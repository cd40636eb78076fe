import type { BlockOutcome } from '../block-store.ts'
import type { Account, Person } from '../person.ts'
import type { KeyRange } from '../room-store.ts'
import { type AccountRow, accountColumns, toAccount } from '../rows.ts'
import type { Connection } from './connection.ts'

export class BlockQueries {
  readonly #has
  readonly #insert
  readonly #delete
  readonly #list

  constructor(connection: Connection) {
    this.#has = connection
      .prepare<[number, number], number>(
        'SELECT 1 FROM blocks WHERE account_id = ? AND blocked_id = ?',
      )
      .pluck()
    this.#insert = connection.prepare<[number, number, number]>(
      'INSERT OR IGNORE INTO blocks (account_id, blocked_id, at) VALUES (?, ?, ?)',
    )
    this.#delete = connection.prepare<[number, number]>(
      'DELETE FROM blocks WHERE account_id = ? AND blocked_id = ?',
    )
    this.#list = connection.prepare<KeyRange & { account: number }, AccountRow>(
      `SELECT ${accountColumns('accounts')}
       FROM blocks CROSS JOIN accounts ON accounts.id = blocks.blocked_id
       WHERE blocks.account_id = :account AND (:after IS NULL OR accounts.key > :after)
       ORDER BY accounts.key LIMIT :limit`,
    )
  }

  /** Whether an account has blocked another. */
  has(account: number, other: number): boolean {
    return this.#has.get(account, other) !== undefined
  }

  list(account: number, { after, limit }: KeyRange): { users: Account[]; more: boolean } {
    const rows = this.#list.all({ account, after, limit: limit + 1 })
    return { users: rows.slice(0, limit).map(toAccount), more: rows.length > limit }
  }

  set(by: Person, other: Person | undefined, blocked: boolean, now: number): BlockOutcome {
    if (!other) return 'unknown-user'
    if (other.id === by.id) return 'oneself'
    if (blocked) this.#insert.run(by.id, other.id, now)
    else this.#delete.run(by.id, other.id)
    return 'done'
  }
}
