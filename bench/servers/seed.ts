import { connect } from '../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Person } from './people.ts'

/**
 * Inserts users and sessions into a data directory before its server starts: registering each user
 * would cost 40 ms of password hashing, which is not what is measured.
 */
export async function seed(folder: string, people: readonly Person[]): Promise<void> {
  const store = await openSqliteStore({ folder, onFatal: () => {} })
  await store.close()
  const connection = connect(dataFiles(folder).database)
  const account = connection.prepare(
    "INSERT INTO accounts (id, username, key, password_hash, created_at) VALUES (?, ?, ?, '-', ?)",
  )
  const session = connection.prepare(
    'INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
  )
  const now = Date.now()
  connection.transaction(() => {
    for (const person of people) {
      account.run(person.account, person.username, person.username, now)
      session.run(person.session, person.account, now - (now % 1000), person.expiresAt * 1000)
    }
  })()
  connection.close()
}
