import type { Draft } from '../../message-log.ts'
import type { Connection } from '../connection.ts'
import { type EntryRow, entryColumns, entryTables } from './entry-query.ts'

export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000

export interface KnownKey {
  digest: string
  /** The message, deleted also where its room is; or the joining of the maker of a room. */
  entry: EntryRow
}

/** A key is as old as its entry. */
export class IdempotencyKeys {
  readonly #byKey
  readonly #insert

  constructor(connection: Connection) {
    // Bound through a SELECT, so that the join is not planned again for each value: see `SessionQueries`.
    this.#byKey = connection.prepare<
      { account: number; key: string; since: number },
      EntryRow & { digest: string; roomDeletedAt: number | null }
    >(
      `SELECT digest, ${entryColumns},
              (SELECT deletion.sent_at FROM entries AS deletion
               WHERE deletion.id = rooms.deleted_id) AS roomDeletedAt
       FROM idempotency_keys JOIN ${entryTables}
       WHERE idempotency_keys.account_id = (SELECT :account) AND idempotency_keys.key = (SELECT :key)
         AND entries.id = idempotency_keys.entry_id AND entries.sent_at >= (SELECT :since)`,
    )
    // REPLACE: a key that is stored but was not found has expired.
    this.#insert = connection.prepare<[number, number, string, string]>(
      'INSERT OR REPLACE INTO idempotency_keys (entry_id, account_id, key, digest) VALUES (?, ?, ?, ?)',
    )
  }

  find(account: number, key: string, now: number): KnownKey | undefined {
    const row = this.#byKey.get({ account, key, since: now - KEY_LIFETIME_MS })
    if (!row) return undefined
    const { digest, roomDeletedAt, ...entry } = row
    return { digest, entry: { ...entry, deletedAt: entry.deletedAt ?? roomDeletedAt } }
  }

  add(entry: number, account: number, { key, digest }: NonNullable<Draft['idempotency']>): void {
    this.#insert.run(entry, account, key, digest)
  }
}
