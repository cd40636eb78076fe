import type { SessionCaller } from '../caller.ts'
import type { ProvenCaller } from '../fresh-proof.ts'
import type { Role } from '../person.ts'
import { fromScopes, type TokenRow, tokenColumns, toToken } from '../token-rows.ts'
import { decideNewToken, type TokenRefusal } from '../token-rules.ts'
import type { NewToken, Token } from '../token-store.ts'
import type { Connection } from './connection.ts'
import { queriesOf } from './queries-of.ts'
import { SessionQueries } from './sessions.ts'

interface CallerRow {
  account: number
  loginAt: number
  passwordHash: string
  role: Role
  tokens: number
}

export class TokenQueries {
  readonly #byHash
  readonly #ofAccount

  constructor(connection: Connection) {
    this.#byHash = connection
      .prepare<[string, number], number>(
        'SELECT id FROM sessions WHERE token_hash = ? AND expires_at > ?',
      )
      .pluck()
    this.#ofAccount = connection.prepare<[number, number], TokenRow>(
      `SELECT ${tokenColumns} FROM sessions
       WHERE account_id = ? AND expires_at > ? AND token_scopes IS NOT NULL
       ORDER BY created_at DESC, id DESC`,
    )
  }

  /** @returns undefined where it is not alive */
  find(hash: string, now: number): number | undefined {
    return this.#byHash.get(hash, now)
  }

  list(account: number, now: number): Token[] {
    return this.#ofAccount.all(account, now).map(toToken)
  }
}

/** Makes tokens, and says which a caller may end. Must be called inside a write transaction. */
export class TokenCommands {
  readonly #sessions
  readonly #tokens
  readonly #caller
  readonly #name
  readonly #owned

  constructor(connection: Connection) {
    this.#sessions = queriesOf(SessionQueries, connection)
    this.#tokens = queriesOf(TokenQueries, connection)
    // Bound through a SELECT: see SessionQueries.
    this.#caller = connection.prepare<[number, number, number], CallerRow>(
      `SELECT accounts.id AS account, sessions.created_at AS loginAt, password_hash AS passwordHash, role,
         (
           SELECT count(*) FROM sessions AS own
           WHERE own.account_id = accounts.id AND own.expires_at > ? AND own.token_scopes IS NOT NULL
         ) AS tokens
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
       WHERE sessions.id = (SELECT ?) AND sessions.expires_at > ? AND sessions.token_scopes IS NULL`,
    )
    this.#name = connection.prepare<[string, string, string, number], TokenRow>(
      `UPDATE sessions SET token_hash = ?, token_name = ?, token_scopes = ? WHERE id = ?
       RETURNING ${tokenColumns}`,
    )
    this.#owned = connection
      .prepare<[number, number, number, number], number>(
        `SELECT token.account_id = caller.account_id AND token.token_scopes IS NOT NULL
         FROM sessions AS caller LEFT JOIN sessions AS token ON token.id = ? AND token.expires_at > ?
         WHERE caller.id = (SELECT ?) AND caller.expires_at > ?`,
      )
      .pluck()
  }

  create({ caller, proof }: ProvenCaller, token: NewToken, now: number): Token | TokenRefusal {
    const row = this.#caller.get(now, caller.session, now)
    if (!row) return 'session-ended'
    const refusal = decideNewToken(token.scopes, proof, { ...row, now })
    if (refusal !== undefined) return refusal
    const id = this.#sessions.open(row.account, token.ttlMs, now)
    const made = this.#name.get(token.hash, token.name, fromScopes(token.scopes), id)
    return toToken(made as TokenRow)
  }

  /** Those of an account that are alive. */
  idsOf(account: number, now: number): number[] {
    return this.#tokens.list(account, now).map(({ id }) => id)
  }

  /** @returns undefined where the caller may end it */
  refusalToEnd(
    { session }: SessionCaller,
    id: number,
    now: number,
  ): 'unknown-token' | 'session-ended' | undefined {
    const owned = this.#owned.get(id, now, session, now)
    if (owned === undefined) return 'session-ended'
    return owned ? undefined : 'unknown-token'
  }
}
