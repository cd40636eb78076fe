import type { ISql } from 'postgres'
import { formsVersion, nameForms } from '../../names/name-forms.ts'
import { type NamedTable, namedTables } from '../named-tables.ts'
import { locks, runExclusively } from './advisory-locks.ts'
import type { Connection } from './connection.ts'

const BATCH_NAMES = 5_000

const queryTimeoutMs = 5_000

/** A connection, or a transaction on it. */
type Queryable = ISql<{ bigint: number }>

type NameRow = { id: number; name: string; key: string }

/**
 * Rebuilds the keys and skeletons of all names in one transaction, unless the stored ones were made by
 * today's rules. A name keeps its old key if another one has the new one. Nobody can register or make a
 * room meanwhile; messages go on.
 */
export async function updateNameForms(connection: Connection): Promise<void> {
  if ((await connection.run(storedVersion, queryTimeoutMs)) === formsVersion) return
  await runExclusively(connection, locks.nameForms, async (sql) => {
    // Another node may have done it meanwhile.
    if ((await storedVersion(sql)) !== formsVersion) await rebuildNameForms(sql)
  })
}

async function rebuildNameForms(sql: Queryable): Promise<void> {
  for (const names of namedTables) await rebuildNames(sql, names)
  await sql`DELETE FROM name_forms`
  await sql`INSERT INTO name_forms (version) VALUES (${formsVersion})`
}

async function rebuildNames(sql: Queryable, names: NamedTable): Promise<void> {
  await sql`DELETE FROM ${sql(names.skeletons)}`
  let batch = await namesAfter(sql, names, 0)
  while (batch.length > 0) {
    await rebuildBatch(sql, names, batch)
    batch = await namesAfter(sql, names, batch.at(-1)?.id as number)
  }
}

async function rebuildBatch(
  sql: Queryable,
  { table, id: idColumn, skeletons, owner }: NamedTable,
  batch: readonly NameRow[],
): Promise<void> {
  const all = batch.map(({ id, name, key: old }) => ({ id, old, ...nameForms(name) }))
  const held = all.flatMap(({ id, skeletons }) => skeletons.map((skeleton) => ({ id, skeleton })))
  await sql`
    INSERT INTO ${sql(skeletons)} (skeleton, ${sql(owner)})
    SELECT skeleton, id FROM jsonb_to_recordset(${sql.json(held)}) AS held (id bigint, skeleton text)
    ORDER BY id ON CONFLICT DO NOTHING`
  const renamed = all.filter(({ key, old }) => key !== old).map(({ id, key }) => ({ id, key }))
  await sql`
    WITH renamed AS (
      SELECT DISTINCT ON (key) id, key
      FROM jsonb_to_recordset(${sql.json(renamed)}) AS renamed (id bigint, key text) ORDER BY key, id
    )
    UPDATE ${sql(table)} AS named SET key = renamed.key FROM renamed
    WHERE named.${sql(idColumn)} = renamed.id
      AND NOT EXISTS (SELECT FROM ${sql(table)} AS others WHERE others.key = renamed.key)`
}

/** A deleted room has no key. */
function namesAfter(sql: Queryable, { table, id: idColumn, name }: NamedTable, id: number) {
  return sql<NameRow[]>`
    SELECT ${sql(idColumn)} AS id, ${sql(name)} AS name, key FROM ${sql(table)}
    WHERE ${sql(idColumn)} > ${id} AND key IS NOT NULL ORDER BY ${sql(idColumn)} LIMIT ${BATCH_NAMES}`
}

async function storedVersion(sql: Queryable): Promise<string | undefined> {
  const [row] = await sql<{ version: string }[]>`SELECT version FROM name_forms`
  return row?.version
}
