/** Data folders as servers of 0.1 left them, small ones that 0.1 made and others of any size. */
import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { APPLICATION_ID, sqliteMigrations } from '../../src/store/sqlite/migrate.ts'
import { privateFolder } from './private-folder.ts'

const made = new URL('../store/sqlite/data-0.1/', import.meta.url)

/** A folder that a server of 0.1 made: Ann (1), bob (2), cid (3) and Straße (4) have talked in it. */
export function oldFolder(t: Test): string {
  const folder = privateFolder(t, { 'obrol.db': '' })
  const database = new Database(join(folder, 'obrol.db'))
  database.exec(readFileSync(new URL('obrol.db.sql', made), 'utf8'))
  database.pragma('journal_mode = WAL')
  database.close()
  copyFileSync(new URL('jwt.key', made), join(folder, 'jwt.key'))
  chmodSync(join(folder, 'jwt.key'), 0o600)
  return folder
}

export interface OldSize {
  messages: number
  accounts: number
  /** Of each account that writes directly, three of five. */
  partners: number
}

/** A database with the schema of 0.1. Three of five messages are direct. */
export function growOld(file: string, { messages, accounts, partners }: OldSize): void {
  const upTo = (count: number) =>
    `(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      SELECT n FROM numbers)`
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.pragma('cache_size = -200000')
  database.pragma(`application_id = ${APPLICATION_ID}`)
  database.exec('CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT')
  for (const name of ['0001-log-people-presence.sql', '0002-presence-by-person.sql']) {
    database.exec(readFileSync(join(sqliteMigrations, name), 'utf8'))
    database.prepare('INSERT INTO migrations VALUES (?)').run(name)
  }
  database.exec(`
    BEGIN;
    INSERT INTO accounts (id, username, key, password_hash, created_at, reached)
    SELECT n, 'person' || n, 'person' || n, 'hash', 1, n FROM ${upTo(accounts)};
    INSERT INTO sessions (id, account_id, created_at, expires_at)
    SELECT n, n, 0, 4000000000000 FROM ${upTo(accounts)};
    INSERT INTO epochs VALUES (1796048699733, 1, 'then');
    INSERT INTO entries (id, sender_id, recipient_id, text, sent_at)
    SELECT n, sender,
      CASE WHEN n % 10 < 6 THEN 1 + (sender * 31 + n / ${accounts} % ${partners} * 7919) % ${accounts} END,
      'message ' || n || ': so many words that it is as long as most of them are, and a few more besides',
      1790000000000 + n
    FROM (SELECT n, 1 + n * 7919 % ${accounts} AS sender FROM ${upTo(messages)});
    INSERT INTO idempotency_keys (entry_id, account_id, key, digest)
    SELECT id, sender_id, 'key ' || id, 'digest' FROM entries WHERE id > ${messages - messages / 50};
    COMMIT`)
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}

/** How many messages of a database of 0.1 are the same, with the same readers, in one of this version. */
export function sameMessages(
  before: string,
  after: string,
): { before: number; after: number; same: number } {
  const database = new Database(after, { readonly: true })
  try {
    database.prepare('ATTACH ? AS old').run(before)
    return database
      .prepare(
        `SELECT (SELECT count(*) FROM old.entries) AS before,
                (SELECT count(*) FROM main.entries) AS after, count(*) AS same
         FROM old.entries AS o CROSS JOIN main.entries AS n ON n.id = o.id
         JOIN audiences ON audiences.id = n.audience_id
         WHERE n.kind = 'message' AND n.actor_id = o.sender_id AND n.target_id IS o.recipient_id
           AND n.text = o.text AND n.sent_at = o.sent_at
           AND CASE WHEN o.recipient_id IS NULL THEN type = 'everyone'
                    ELSE low_id = min(o.sender_id, o.recipient_id)
                     AND high_id = max(o.sender_id, o.recipient_id) END`,
      )
      .get() as { before: number; after: number; same: number }
  } finally {
    database.close()
  }
}
