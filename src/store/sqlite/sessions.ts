import { MAX_SESSIONS_PER_ACCOUNT, newNonce, newSessionId } from '../new-session.ts'
import {
  type SessionDetailsRow,
  type SessionRow,
  sessionColumns,
  sessionDetailsColumns,
  toSession,
  toSessionDetails,
} from '../rows.ts'
import type { Session, SessionClient, SessionDetails, SessionUse } from '../session-store.ts'
import type { Connection } from './connection.ts'

const selectWithAccounts = `
  SELECT ${sessionColumns('sessions', 'accounts')}
  FROM sessions JOIN accounts ON accounts.id = sessions.account_id`

interface NewSessionRow {
  id: number
  account: number
  createdAt: number
  expiresAt: number
  nonce: string
  address: string | null
  userAgent: string | null
}

/** Where an account had far too many sessions, opening one ends at most this many. */
const MAX_ENDED_PER_OPEN = 1_000

export class SessionQueries {
  readonly #insert
  readonly #alive
  readonly #newest
  readonly #end
  readonly #excess
  readonly #ofAccount
  readonly #idsOfAccount
  readonly #markAsSetup
  readonly #renew
  readonly #noteUse
  readonly #newId

  /** @param newId draws the ids of new sessions */
  constructor(connection: Connection, newId = newSessionId) {
    this.#newId = newId
    this.#insert = connection.prepare<NewSessionRow>(
      `INSERT INTO sessions (id, account_id, created_at, expires_at, nonce, address, user_agent)
       VALUES (:id, :account, :createdAt, :expiresAt, :nonce, :address, :userAgent)
       ON CONFLICT (id) DO NOTHING`,
    )
    // Bound through a SELECT: with statistics, SQLite would otherwise plan the join again for each
    // value, at ten times the cost of running it.
    this.#alive = connection.prepare<[number, number], SessionRow>(
      `${selectWithAccounts} WHERE sessions.id = (SELECT ?) AND sessions.expires_at > ?`,
    )
    this.#newest = connection.prepare<[number, number], SessionRow>(
      `${selectWithAccounts} WHERE sessions.expires_at > ? ORDER BY sessions.expires_at DESC LIMIT ?`,
    )
    this.#end = connection
      .prepare<[number], number>('DELETE FROM sessions WHERE id = ? RETURNING expires_at')
      .pluck()
    this.#idsOfAccount = connection
      .prepare<[number], number>('SELECT id FROM sessions WHERE account_id = ?')
      .pluck()
    this.#markAsSetup = connection.prepare<[number]>(
      "UPDATE sessions SET login = 'setup' WHERE id = ?",
    )
    this.#excess = connection
      .prepare<[number, number], number>(
        `SELECT sessions.id FROM sessions LEFT JOIN presence
           ON presence.account_id = sessions.account_id AND presence.session_id = sessions.id
         WHERE sessions.account_id = (SELECT ?) AND expires_at > ? AND token_scopes IS NULL
         ORDER BY presence.session_id IS NOT NULL DESC,
           coalesce(last_seen_at, created_at) DESC, created_at DESC, id DESC
         LIMIT ${MAX_ENDED_PER_OPEN} OFFSET ${MAX_SESSIONS_PER_ACCOUNT - 1}`,
      )
      .pluck()
    this.#ofAccount = connection.prepare<[number, number], SessionDetailsRow>(
      `SELECT ${sessionDetailsColumns} FROM sessions
       WHERE account_id = ? AND expires_at > ? AND token_scopes IS NULL
       ORDER BY coalesce(last_seen_at, created_at) DESC, created_at DESC, id`,
    )
    this.#renew = connection.prepare<{ id: number; wanted: number; maxMs: number }>(
      `UPDATE sessions
       SET nonce = coalesce(nonce, CAST(expires_at / 1000 AS TEXT)),
         expires_at = max(expires_at, min(:wanted, created_at + :maxMs))
       WHERE id = :id`,
    )
    this.#noteUse = connection.prepare<[number, number, number]>(
      'UPDATE sessions SET last_seen_at = ? WHERE id = ? AND coalesce(last_seen_at, 0) < ?',
    )
  }

  /** The ids of its sessions, also those that have expired. */
  idsOfAccount(account: number): number[] {
    return this.#idsOfAccount.all(account)
  }

  /** It was opened with a setup code. */
  markAsSetup(id: number): void {
    this.#markAsSetup.run(id)
  }

  /**
   * Sessions of logins to end before another is opened: first those that are not present, of them the ones that were
   * used longest ago.
   */
  excess(account: number, now: number): number[] {
    return this.#excess.all(account, now)
  }

  /** @returns the new session's id */
  open(account: number, ttlMs: number, now: number, client: SessionClient = {}): number {
    const createdAt = now - (now % 1000)
    const expiresAt = expiryOf(now, ttlMs)
    const { address = null, userAgent = null } = client
    const row = { account, createdAt, expiresAt, nonce: newNonce(), address, userAgent }
    for (;;) {
      const id = this.#newId()
      const { changes } = this.#insert.run({ id, ...row })
      if (changes === 1) return id
    }
  }

  /** Those that are alive, the one that was used last first. */
  ofAccount(account: number, now: number): SessionDetails[] {
    return this.#ofAccount.all(account, now).map(toSessionDetails)
  }

  /** @returns undefined where it has ended or expired */
  renew(id: number, ttlMs: number, maxMs: number, now: number): Session | undefined {
    if (!this.alive(id, now)) return undefined
    this.#renew.run({ id, wanted: expiryOf(now, ttlMs), maxMs })
    return this.alive(id, now)
  }

  noteUse({ session, at }: SessionUse): void {
    this.#noteUse.run(at, session, at)
  }

  /** @returns undefined where it has ended or expired */
  alive(id: number, now: number): Session | undefined {
    const row = this.#alive.get(id, now)
    return row && toSession(row)
  }

  /** The sessions that are alive and expire last. */
  newest(limit: number, now: number): Session[] {
    return this.#newest.all(now, limit).map(toSession)
  }

  /**
   * End its presence before: the cascade would remove that without an event.
   *
   * @returns false where it was no longer alive
   */
  end(id: number, now: number): boolean {
    const expiresAt = this.#end.get(id)
    return expiresAt !== undefined && expiresAt > now
  }
}

/** In whole seconds. */
function expiryOf(now: number, ttlMs: number): number {
  return now - (now % 1000) + Math.ceil(ttlMs / 1000) * 1000
}
