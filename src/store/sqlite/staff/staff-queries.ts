import type { Role } from '../../person.ts'
import { type AccountRow, accountColumns, toAccount } from '../../rows.ts'
import type { StaffQuery, StaffUser } from '../../staff-store.ts'
import type { Connection } from '../connection.ts'
import { Restrictions } from './restrictions.ts'

/** `upTo` is the first key after all that begin with the prefix. */
type Filter = {
  from: string
  upTo: string
  after: string
  role: Role | null
  banned: 0 | 1 | null
  now: number
  limit: number
}

type UserRow = AccountRow & { lastSeenAt: number | null; sessions: number }

/** No key has it: names are of letters, marks and digits. */
const highest = '\u{10FFFF}'

/** What the staff reads. */
export class StaffQueries {
  readonly #bans
  readonly #mutes
  readonly #setupUser
  readonly #users
  readonly #staff
  readonly #banned

  constructor(connection: Connection) {
    this.#bans = new Restrictions(connection, 'bans')
    this.#mutes = new Restrictions(connection, 'mutes')
    this.#setupUser = connection
      .prepare<[string, number], string>(
        `SELECT username FROM accounts
         WHERE id = (SELECT account_id FROM setup_codes WHERE hash = ? AND expires_at > ?)`,
      )
      .pluck()
    const isBanned = '(bans.until IS NULL OR bans.until > :now)'
    const users = (source: string) =>
      connection.prepare<Filter, UserRow>(
        `SELECT ${accountColumns('accounts')},
                (SELECT max(coalesce(last_seen_at, created_at)) FROM sessions
                 WHERE account_id = accounts.id) AS lastSeenAt,
                (SELECT count(*) FROM sessions
                 WHERE account_id = accounts.id AND expires_at > :now) AS sessions
         FROM ${source}
           AND key >= :from AND key < :upTo AND key > :after
           AND (:role IS NULL OR role = :role)
           AND (:banned IS NULL OR :banned = EXISTS (
             SELECT 1 FROM bans WHERE account_id = accounts.id AND ${isBanned}))
         ORDER BY key LIMIT :limit`,
      )
    // Each begins with the fewest: where few are banned, or of the staff, not everyone is looked at.
    this.#users = users('accounts WHERE true')
    this.#staff = users(
      "accounts INDEXED BY accounts_staff WHERE role = :role AND role <> 'member'",
    )
    this.#banned = users(
      `bans CROSS JOIN accounts ON accounts.id = bans.account_id WHERE ${isBanned}`,
    )
  }

  list(query: StaffQuery, now: number): { users: StaffUser[]; more: boolean } {
    const { prefix, role, banned, after, limit } = query
    const from = prefix ?? ''
    const ofStaff = role !== null && role !== 'member'
    const statement = banned ? this.#banned : ofStaff ? this.#staff : this.#users
    const rows = statement.all({
      from,
      upTo: from + highest,
      after: after ?? '',
      role,
      banned: banned === null ? null : banned ? 1 : 0,
      now,
      limit: limit + 1,
    })
    const users = rows.slice(0, limit).map((row) => this.#toUser(row, now))
    return { users, more: rows.length > limit }
  }

  /** The username of the account of a setup code, if there is such a code. */
  setupUser(hash: string, now: number): string | undefined {
    return this.#setupUser.get(hash, now)
  }

  restriction(what: 'ban' | 'mute', account: number, now: number) {
    return (what === 'ban' ? this.#bans : this.#mutes).find(account, now)
  }

  #toUser(row: UserRow, now: number): StaffUser {
    const { lastSeenAt, sessions, accountId } = row
    return {
      account: toAccount(row),
      lastSeenAt,
      ban: this.#bans.find(accountId, now) ?? null,
      mute: this.#mutes.find(accountId, now) ?? null,
      sessions,
    }
  }
}
