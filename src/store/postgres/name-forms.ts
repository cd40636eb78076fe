import type { ISql } from 'postgres'
import { formsVersion, nameForms } from '../../names/name-forms.ts'
import { locks, runExclusively } from './advisory-locks.ts'
import type { Connection } from './connection.ts'

const BATCH_ACCOUNTS = 5_000

const queryTimeoutMs = 5_000

/** A connection, or a transaction on it. */
type Queryable = ISql<{ bigint: number }>

type AccountName = { id: number; username: string; key: string }

/**
 * Rebuilds the keys and skeletons of all names in one transaction, unless the stored ones were made by
 * today's rules. A name keeps its old key if another account has the new one. Nobody can register
 * meanwhile; messages go on.
 */
export async function updateNameForms(connection: Connection): Promise<void> {
  if ((await connection.run(storedVersion, queryTimeoutMs)) === formsVersion) return
  await runExclusively(connection, locks.nameForms, async (sql) => {
    // Another node may have done it meanwhile.
    if ((await storedVersion(sql)) !== formsVersion) await rebuildNameForms(sql)
  })
}

async function rebuildNameForms(sql: Queryable): Promise<void> {
  await sql`DELETE FROM name_skeletons`
  await sql`DELETE FROM name_forms`
  let batch = await accountsAfter(sql, 0)
  while (batch.length > 0) {
    await rebuildBatch(sql, batch)
    batch = await accountsAfter(sql, batch.at(-1)?.id as number)
  }
  await sql`INSERT INTO name_forms (version) VALUES (${formsVersion})`
}

async function rebuildBatch(sql: Queryable, batch: readonly AccountName[]): Promise<void> {
  const all = batch.map(({ id, username, key: old }) => ({ id, old, ...nameForms(username) }))
  const held = all.flatMap(({ id, skeletons }) => skeletons.map((skeleton) => ({ id, skeleton })))
  await sql`
    INSERT INTO name_skeletons (skeleton, account_id)
    SELECT skeleton, id FROM jsonb_to_recordset(${sql.json(held)}) AS held (id bigint, skeleton text)
    ORDER BY id ON CONFLICT DO NOTHING`
  const renamed = all.filter(({ key, old }) => key !== old).map(({ id, key }) => ({ id, key }))
  await sql`
    WITH renamed AS (
      SELECT DISTINCT ON (key) id, key
      FROM jsonb_to_recordset(${sql.json(renamed)}) AS renamed (id bigint, key text) ORDER BY key, id
    )
    UPDATE accounts SET key = renamed.key FROM renamed
    WHERE accounts.id = renamed.id
      AND NOT EXISTS (SELECT FROM accounts AS others WHERE others.key = renamed.key)`
}

function accountsAfter(sql: Queryable, id: number) {
  return sql<AccountName[]>`
    SELECT id, username, key FROM accounts WHERE id > ${id} ORDER BY id LIMIT ${BATCH_ACCOUNTS}`
}

async function storedVersion(sql: Queryable): Promise<string | undefined> {
  const [row] = await sql<{ version: string }[]>`SELECT version FROM name_forms`
  return row?.version
}
