import { setImmediate } from 'node:timers/promises'
import { StartError } from '../store.ts'
import { checksumOf, RowSum, type Sum } from './checksum.ts'
import type { Home, NewHome, OldHome } from './home.ts'
import { type Table, tables } from './tables.ts'

/** How far a move is. Each row counts twice: when it is carried, and when it is read again. */
export interface Progress {
  step: 'carried' | 'verified'
  /** Rows of this step so far, and in all. */
  rows: number
  allRows: number
}

export interface CarryOptions {
  onProgress?: (progress: Progress) => void
  /** Stops it between two batches. */
  signal?: AbortSignal
}

export interface Carried {
  /** How many of each, by what the person at the terminal reads. */
  counts: { rows: string; count: number }[]
  signingKey: boolean
  /** SHA-256 in hexadecimal, the same on both sides. */
  checksum: string
}

/**
 * Carries everything from one home to another, reads it again there, and makes it what is kept only
 * if it is the same, row for row.
 *
 * @throws {StartError} where it is not
 */
export async function carry(from: OldHome, to: NewHome, options: CarryOptions): Promise<Carried> {
  let allRows = 0
  for (const table of tables) allRows += await from.count(table)
  const signingKey = await from.signingKey()

  const steps = { ...options, allRows }
  const left = await sumUp(from, { ...steps, step: 'carried' }, (table, rows) =>
    to.write(table, rows),
  )
  await to.settle(signingKey)
  const arrived = await sumUp(to, { ...steps, step: 'verified' })

  for (const { name, rows } of tables) {
    const [before, after] = [left.get(name) as Sum, arrived.get(name) as Sum]
    if (before.rows !== after.rows || before.digest !== after.digest) {
      throw new StartError(
        `The ${rows} arrived other than they left: ${before.rows} with the checksum ` +
          `${before.digest}, ${after.rows} with ${after.digest}`,
      )
    }
  }
  const checksum = checksumOf(left, signingKey)
  if (checksum !== checksumOf(arrived, await to.signingKey())) {
    throw new StartError('The signing key arrived other than it left')
  }
  await to.finish()
  return {
    counts: tables.map(({ name, rows }) => ({ rows, count: left.get(name)?.rows as number })),
    signingKey: signingKey !== undefined,
    checksum,
  }
}

/** Reads a home from end to end, and hands on each batch. */
async function sumUp(
  home: Home,
  { step, allRows, onProgress, signal }: CarryOptions & Omit<Progress, 'rows'>,
  take?: (table: Table, rows: Parameters<NewHome['write']>[1]) => Promise<void>,
): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>()
  let rows = 0
  for (const table of tables) {
    const sum = new RowSum()
    for await (const batch of home.read(table)) {
      // SQLite answers at once: a signal is heard only when the event loop has its turn.
      await setImmediate()
      signal?.throwIfAborted()
      sum.add(batch)
      await take?.(table, batch)
      rows += batch.length
      onProgress?.({ step, rows, allRows })
    }
    sums.set(table.name, sum.end())
  }
  return sums
}
