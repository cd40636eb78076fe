import { StartError } from '../start-error.ts'
import type { CopiedTable } from './copied-tables.ts'

/** A row as it is carried: its columns in the order of the table's list. */
export type Row = (string | number | null)[]

/** A place where a log can live, as a move sees it: one snapshot, which nobody else changes. */
export interface Endpoint {
  /** How the person at the terminal reads of it; never with a password. */
  readonly name: string
  /** All rows in their order, as they are kept now, in batches of bounded size. */
  read(table: CopiedTable): AsyncIterable<Row[]>
  /** The key that signs tokens; undefined where none is kept. */
  signingKey(): Promise<Buffer | undefined>
  /** Lets go of it. What was not finished is gone without a trace. */
  close(): Promise<void>
}

/** The home that is moved from. */
export interface Source extends Endpoint {
  count(table: CopiedTable): Promise<number>
}

/** An empty home on which everything is put at once: until `commit`, nobody sees any of it. */
export interface Target extends Endpoint {
  write(table: CopiedTable, rows: readonly Row[]): Promise<void>
  /** All rows are written: whatever follows from them is set, so that they can be read again. */
  finishRows(signingKey: Buffer | undefined): Promise<void>
  /** Makes it what is kept, durably. */
  commit(): Promise<void>
}

/** Why a home that holds something cannot be moved to. */
export function notEmptyError(name: string, count: number, { label }: CopiedTable): StartError {
  return new StartError(`${name} is not empty: it holds ${count} ${label}. Nothing was moved`)
}
