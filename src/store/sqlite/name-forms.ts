import { formsVersion, nameForms } from '../../names/name-forms.ts'
import type { Connection } from './connection.ts'

/** SQLite allows no write while a query is being read, so accounts are read in batches. */
const BATCH_ACCOUNTS = 1_000

type AccountName = { id: number; username: string; key: string }

/**
 * Makes the keys and skeletons of all names again, in one transaction, where the stored ones were made
 * by other rules or never. A name whose new key belongs to another account keeps its old key.
 */
export function updateNameForms(connection: Connection): void {
  const storedVersion = connection
    .prepare<[], string>('SELECT version FROM name_forms')
    .pluck()
    .get()
  if (storedVersion !== formsVersion) connection.transaction(rebuildNameForms).immediate(connection)
}

function rebuildNameForms(connection: Connection): void {
  const next = connection.prepare<[number], AccountName>(
    `SELECT id, username, key FROM accounts WHERE id > ? ORDER BY id LIMIT ${BATCH_ACCOUNTS}`,
  )
  const updateKey = connection.prepare<[string, number]>(
    'UPDATE OR IGNORE accounts SET key = ? WHERE id = ?',
  )
  const insertSkeleton = connection.prepare<[string, number]>(
    'INSERT OR IGNORE INTO name_skeletons (skeleton, account_id) VALUES (?, ?)',
  )
  connection.exec('DELETE FROM name_skeletons; DELETE FROM name_forms')
  for (let batch = next.all(0); batch.length > 0; batch = next.all(batch.at(-1)?.id as number)) {
    for (const { id, username, key } of batch) {
      const forms = nameForms(username)
      if (forms.key !== key) updateKey.run(forms.key, id)
      for (const skeleton of forms.skeletons) insertSkeleton.run(skeleton, id)
    }
  }
  connection.prepare('INSERT INTO name_forms (version) VALUES (?)').run(formsVersion)
}
