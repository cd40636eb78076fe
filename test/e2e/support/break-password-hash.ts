import { join } from 'node:path'
import Database from 'better-sqlite3'

/**
 * Breaks a stored password hash beside the running server, as a careless hand in the database
 * would: whoever logs in under the name meets a mistake that is not theirs.
 */
export function breakPasswordHash(folder: string, username: string): void {
  const database = new Database(join(folder, 'obrol.db'))
  database
    .prepare('UPDATE accounts SET password_hash = ? WHERE username = ?')
    .run('$argon2id$broken', username)
  database.close()
}
