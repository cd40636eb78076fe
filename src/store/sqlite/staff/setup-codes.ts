import type { NewSetupCode } from '../../staff-store.ts'
import type { Connection } from '../connection.ts'

/** `madeBy` is null for the console. */
export interface SetupCode {
  account: number
  madeBy: number | null
}

/** One for each account at most. */
export class SetupCodes {
  readonly #set
  readonly #find

  constructor(connection: Connection) {
    this.#set = connection.prepare<[number, string, number | null, number]>(
      `INSERT INTO setup_codes (account_id, hash, made_by, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_id) DO UPDATE SET
         hash = excluded.hash, made_by = excluded.made_by, expires_at = excluded.expires_at`,
    )
    this.#find = connection.prepare<[string, number], SetupCode>(
      `SELECT account_id AS account, made_by AS madeBy FROM setup_codes
       WHERE hash = ? AND expires_at > ?`,
    )
  }

  /** In place of an earlier one. @returns when it expires, in Unix ms */
  set({ account, madeBy }: SetupCode, { hash, lifetimeMs }: NewSetupCode, now: number): number {
    const expiresAt = now + lifetimeMs
    this.#set.run(account, hash, madeBy, expiresAt)
    return expiresAt
  }

  find(hash: string, now: number): SetupCode | undefined {
    return this.#find.get(hash, now)
  }
}
