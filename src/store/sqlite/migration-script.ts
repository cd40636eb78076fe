import type { Connection } from './connection.ts'

/** Rows that one run of a statement with `:up_to` copies at most. It takes some 0.2 s. */
const RANGE_ROWS = 100_000

/** @param percent of this step, where that is known */
export type OnStep = (step: string, percent?: number) => void

/**
 * The tables that a migration writes anew, in a comment `-- Rewrites: entries, other`. When it runs, they are
 * empty, and the schema `old` has them with their rows.
 */
export function rewrittenTables(script: string): string[] {
  const [, names] = /^-- Rewrites: (.+)$/m.exec(script) ?? []
  return names?.split(', ') ?? []
}

/**
 * Runs a migration. A comment `-- Step: copying the messages` divides it. A step of one statement with
 * `:after` and `:up_to` is run for each range of ids of the first table that the migration rewrites.
 */
export function runScript(connection: Connection, script: string, onStep: OnStep = () => {}): void {
  const [table] = rewrittenTables(script)
  const [start = '', ...steps] = script.split(/^-- Step: (.+)$/m)
  connection.exec(start)
  for (let at = 0; at < steps.length; at += 2) {
    const [step, sql] = steps.slice(at) as [string, string]
    if (sql.includes(':up_to')) {
      runInRanges(connection, sql, `old.${table}`, (percent) => onStep(step, percent))
    } else {
      onStep(step)
      connection.exec(sql)
    }
  }
}

/** Reports each tenth. */
function runInRanges(
  connection: Connection,
  sql: string,
  table: string,
  onTenth: (percent: number) => void,
): void {
  const statement = connection.prepare<{ after: number; up_to: number }>(sql)
  const { first, last } = connection
    .prepare<[], { first: number; last: number }>(
      `SELECT coalesce(min(id), 1) AS first, coalesce(max(id), 0) AS last FROM ${table}`,
    )
    .get() as { first: number; last: number }
  let reported = -1
  for (let after = first - 1; after < last; after += RANGE_ROWS) {
    const tenth = Math.floor((10 * (after - first + 1)) / (last - first + 1))
    if (tenth > reported) onTenth(tenth * 10)
    reported = tenth
    statement.run({ after, up_to: after + RANGE_ROWS })
  }
}
