import { setImmediate } from 'node:timers/promises'
import { StartError } from '../start-error.ts'
import { combinedChecksum, RowHasher, type TableSum } from './checksum.ts'
import { type CopiedTable, copiedTables } from './copied-tables.ts'
import type { Endpoint, Source, Target } from './endpoints.ts'

/** How far a move is. Each row counts twice: when it is carried, and when it is read again. */
export interface CopyProgress {
  step: 'copied' | 'verified'
  /** Rows of this step so far, and in all. */
  rows: number
  totalRows: number
}

export interface CopyOptions {
  onProgress?: (progress: CopyProgress) => void
  /** Stops it between two batches. */
  signal?: AbortSignal
}

export interface CopyResult {
  /** How many of each, by what the person at the terminal reads. */
  counts: { label: string; count: number }[]
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
export async function copy(
  source: Source,
  target: Target,
  options: CopyOptions,
): Promise<CopyResult> {
  let totalRows = 0
  for (const table of copiedTables) totalRows += await source.count(table)
  const signingKey = await source.signingKey()

  const steps = { ...options, totalRows }
  const sourceSums = await readAndSum(source, { ...steps, step: 'copied' }, (table, rows) =>
    target.write(table, rows),
  )
  await target.finishRows(signingKey)
  const targetSums = await readAndSum(target, { ...steps, step: 'verified' })

  for (const { name, label } of copiedTables) {
    const [before, after] = [sourceSums.get(name) as TableSum, targetSums.get(name) as TableSum]
    if (before.rows !== after.rows || before.digest !== after.digest) {
      throw new StartError(
        `The ${label} differ after the copy: ${before.rows} with the checksum ` +
          `${before.digest}, ${after.rows} with ${after.digest}`,
      )
    }
  }
  const checksum = combinedChecksum(sourceSums, signingKey)
  if (checksum !== combinedChecksum(targetSums, await target.signingKey())) {
    throw new StartError('The signing key differs after the copy')
  }
  await target.commit()
  return {
    counts: copiedTables.map(({ name, label }) => ({
      label,
      count: sourceSums.get(name)?.rows as number,
    })),
    signingKey: signingKey !== undefined,
    checksum,
  }
}

/** Reads a home from end to end, and hands on each batch. */
async function readAndSum(
  endpoint: Endpoint,
  { step, totalRows, onProgress, signal }: CopyOptions & Omit<CopyProgress, 'rows'>,
  onBatch?: (table: CopiedTable, rows: Parameters<Target['write']>[1]) => Promise<void>,
): Promise<Map<string, TableSum>> {
  const sums = new Map<string, TableSum>()
  let rows = 0
  for (const table of copiedTables) {
    const sum = new RowHasher()
    for await (const batch of endpoint.read(table)) {
      // SQLite answers at once: a signal is heard only when the event loop has its turn.
      await setImmediate()
      signal?.throwIfAborted()
      sum.add(batch)
      await onBatch?.(table, batch)
      rows += batch.length
      onProgress?.({ step, rows, totalRows })
    }
    sums.set(table.name, sum.digest())
  }
  return sums
}
