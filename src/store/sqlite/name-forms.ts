import { formsVersion, nameForms } from '../../names/forms.ts'
import type { Connection } from './connection.ts'

/** Accounts at a time: they are read while others are written. */
const BATCH = 1_000

type Named = { id: number; username: string; key: string }

/**
 * Makes the keys and skeletons of all names, in one transaction, where those that are kept were made by
 * other rules, or never. A name whose key another account has keeps the key by which it was found.
 */
export function renewNameForms(connection: Connection): void {
  const kept = connection.prepare<[], string>('SELECT version FROM name_forms').pluck().get()
  if (kept !== formsVersion) connection.transaction(makeNameForms).immediate(connection)
}

function makeNameForms(connection: Connection): void {
  const next = connection.prepare<[number], Named>(
    `SELECT id, username, key FROM accounts WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
  )
  const rename = connection.prepare<[string, number]>(
    'UPDATE OR IGNORE accounts SET key = ? WHERE id = ?',
  )
  const hold = connection.prepare<[string, number]>(
    'INSERT OR IGNORE INTO name_skeletons (skeleton, account_id) VALUES (?, ?)',
  )
  connection.exec('DELETE FROM name_skeletons; DELETE FROM name_forms')
  for (let batch = next.all(0); batch.length > 0; batch = next.all(batch.at(-1)?.id as number)) {
    for (const { id, username, key } of batch) {
      const forms = nameForms(username)
      if (forms.key !== key) rename.run(forms.key, id)
      for (const skeleton of forms.skeletons) hold.run(skeleton, id)
    }
  }
  connection.prepare('INSERT INTO name_forms (version) VALUES (?)').run(formsVersion)
}
