import { StartError } from '../start-error.ts'
import { type CopiedTable, copiedTables, type Row, tablesNeverEmpty } from './copied-tables.ts'

/** A log as a move sees it: one snapshot that nobody else changes. */
export interface Endpoint {
  /** Shown at the terminal, so it holds no password. */
  readonly name: string
  /** All rows in their order, in batches of bounded size. */
  read(table: CopiedTable): AsyncIterable<Row[]>
  /** The key that signs tokens; undefined where none is stored. */
  signingKey(): Promise<Buffer | undefined>
  /** Closes files and connections. What was not committed leaves no trace. */
  close(): Promise<void>
}

export interface Source extends Endpoint {
  count(table: CopiedTable): Promise<number>
}

/** An empty store that everything is written to. Before `commit` nobody sees any of it. */
export interface Target extends Endpoint {
  write(table: CopiedTable, rows: readonly Row[]): Promise<void>
  /** Called after the last row, to set what depends on the rows. `read` and `signingKey` work after it. */
  finishRows(signingKey: Buffer | undefined): Promise<void>
  /** Makes everything visible, durably. */
  commit(): Promise<void>
}

/**
 * A store on which a server was started but nobody has registered counts as empty.
 *
 * @throws {StartError} where one of the copied tables has rows
 */
export async function refuseNonEmpty(
  name: string,
  count: (table: CopiedTable) => number | Promise<number>,
): Promise<void> {
  for (const table of copiedTables.filter(({ name }) => !tablesNeverEmpty.includes(name))) {
    const rows = await count(table)
    if (rows === 0) continue
    throw new StartError(`${name} is not empty: it holds ${rows} ${table.label}. Nothing was moved`)
  }
}
