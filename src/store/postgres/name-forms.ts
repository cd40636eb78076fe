import type { ISql } from 'postgres'
import { formsVersion, nameForms } from '../../names/forms.ts'
import type { Connection } from './connection.ts'

/** Accounts at a time. */
const BATCH = 5_000

/** A database of many accounts takes its time, and other nodes wait for it. */
const patienceMs = 600_000

/** What takes a statement: a connection, or a transaction on it. */
type Asks = ISql<{ bigint: number }>

type Named = { id: number; username: string; key: string }

/**
 * Makes the keys and skeletons of all names, in one transaction, where those that are kept were made by
 * other rules, or never. A name whose key another account has keeps the key by which it was found.
 * Meanwhile nobody registers; what is said goes on.
 */
export async function renewNameForms(connection: Connection): Promise<void> {
  await connection.run(async (sql) => {
    if ((await versionKept(sql)) === formsVersion) return
    await sql.begin(async (sql) => {
      const patience = `${patienceMs}ms`
      await sql`
        SELECT set_config('lock_timeout', ${patience}, true),
          set_config('statement_timeout', ${patience}, true)`
      await sql`SELECT pg_advisory_xact_lock(1331851887, 5)`
      // Another node may have been faster.
      if ((await versionKept(sql)) !== formsVersion) await makeNameForms(sql)
    })
  }, patienceMs)
}

async function makeNameForms(sql: Asks): Promise<void> {
  await sql`DELETE FROM name_skeletons`
  await sql`DELETE FROM name_forms`
  let batch = await accountsAfter(sql, 0)
  while (batch.length > 0) {
    await makeFormsOf(sql, batch)
    batch = await accountsAfter(sql, batch.at(-1)?.id as number)
  }
  await sql`INSERT INTO name_forms (version) VALUES (${formsVersion})`
}

async function makeFormsOf(sql: Asks, batch: readonly Named[]): Promise<void> {
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

function accountsAfter(sql: Asks, id: number) {
  return sql<Named[]>`
    SELECT id, username, key FROM accounts WHERE id > ${id} ORDER BY id LIMIT ${BATCH}`
}

async function versionKept(sql: Asks): Promise<string | undefined> {
  const [kept] = await sql<{ version: string }[]>`SELECT version FROM name_forms`
  return kept?.version
}
