import { formsVersion, nameForms } from '../../names/name-forms.ts'
import { type NamedTable, namedTables } from '../named-tables.ts'
import type { Connection } from './connection.ts'

/** SQLite allows no write while a query is being read, so names are read in batches. */
const BATCH_NAMES = 1_000

type Row = { id: number; name: string; key: string }

/**
 * Makes the keys and skeletons of all names again, in one transaction, where the stored ones were made
 * by other rules or never. A name whose new key belongs to another one keeps its old key.
 */
export function updateNameForms(connection: Connection): void {
  const storedVersion = connection
    .prepare<[], string>('SELECT version FROM name_forms')
    .pluck()
    .get()
  if (storedVersion === formsVersion) return
  connection
    .transaction(() => {
      for (const names of namedTables) rebuildNameForms(connection, names)
      connection.exec('DELETE FROM name_forms')
      connection.prepare('INSERT INTO name_forms (version) VALUES (?)').run(formsVersion)
    })
    .immediate()
}

function rebuildNameForms(
  connection: Connection,
  { table, id: idColumn, name: nameColumn, skeletons, owner }: NamedTable,
): void {
  // A deleted room has no key.
  const next = connection.prepare<[number], Row>(
    `SELECT ${idColumn} AS id, ${nameColumn} AS name, key FROM ${table}
     WHERE ${idColumn} > ? AND key IS NOT NULL ORDER BY ${idColumn} LIMIT ${BATCH_NAMES}`,
  )
  const updateKey = connection.prepare<[string, number]>(
    `UPDATE OR IGNORE ${table} SET key = ? WHERE ${idColumn} = ?`,
  )
  const insertSkeleton = connection.prepare<[string, number]>(
    `INSERT OR IGNORE INTO ${skeletons} (skeleton, ${owner}) VALUES (?, ?)`,
  )
  connection.exec(`DELETE FROM ${skeletons}`)
  for (let batch = next.all(0); batch.length > 0; batch = next.all(batch.at(-1)?.id as number)) {
    for (const { id, name, key } of batch) {
      const forms = nameForms(name)
      if (forms.key !== key) updateKey.run(forms.key, id)
      for (const skeleton of forms.skeletons) insertSkeleton.run(skeleton, id)
    }
  }
}
