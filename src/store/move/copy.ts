import { setImmediate } from 'node:timers/promises'
import { StartError } from '../start-error.ts'
import { combinedChecksum, RowHasher, type TableSum } from './checksum.ts'
import { copiedTables } from './copied-tables.ts'
import type { Endpoint, Source, Target } from './endpoints.ts'

/** The copy has two steps with the same number of rows. */
export interface CopyProgress {
  step: 'copied' | 'verified'
  /** Rows of this step so far. */
  rows: number
  totalRows: number
}

export interface CopyOptions {
  onProgress?: (progress: CopyProgress) => void
  /** Stops the copy between two batches. */
  signal?: AbortSignal
}

export interface CopyResult {
  /** The number of rows of each table. */
  counts: { label: string; count: number }[]
  /** Whether there was one. */
  signingKey: boolean
  /** SHA-256 in hexadecimal, the same on both sides. */
  checksum: string
}

/**
 * Copies everything from one store to another, reads it again from there, and commits only if every
 * row is the same.
 *
 * @throws {StartError} where one is not
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

/** Reads everything, and passes each batch on. */
async function readAndSum(
  endpoint: Endpoint,
  { step, totalRows, onProgress, signal }: CopyOptions & Omit<CopyProgress, 'rows'>,
  onBatch?: Target['write'],
): Promise<Map<string, TableSum>> {
  const sums = new Map<string, TableSum>()
  let rows = 0
  for (const table of copiedTables) {
    const sum = new RowHasher()
    for await (const batch of endpoint.read(table)) {
      // SQLite reads synchronously; without this pause no signal of the process would be handled.
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
