import type { Connection } from '../sqlite/connection.ts'
import { type CopiedTable, orderValue, pageQuery } from './copied-tables.ts'
import type { Row } from './endpoints.ts'

/** Rows of one batch at most, and bytes of text past which no more are taken. */
const BATCH_ROWS = 1_000
const BATCH_BYTES = 1024 * 1024

export function countRows(connection: Connection, { name }: CopiedTable): number {
  return connection.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get() as number
}

/** All rows of a table, in batches. */
export async function* readRows(connection: Connection, table: CopiedTable): AsyncGenerator<Row[]> {
  const statement = connection
    .prepare<[number], Row>(pageQuery(table, '?', BATCH_ROWS))
    .raw() as unknown as { iterate(after: number): Iterable<Row> }
  let batch = takeBatch(statement.iterate(0))
  while (batch.length > 0) {
    yield batch
    batch = takeBatch(statement.iterate(orderValue(batch.at(-1) as Row)))
  }
}

function takeBatch(rows: Iterable<Row>): Row[] {
  const batch: Row[] = []
  let bytes = 0
  for (const row of rows) {
    batch.push(row)
    for (const value of row) if (typeof value === 'string') bytes += value.length
    if (bytes > BATCH_BYTES) break
  }
  return batch
}
