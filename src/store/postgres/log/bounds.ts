import { formatEpoch } from '../../cursor-resolution.ts'
import type { LogBounds } from '../../message-log.ts'
import type { Pool } from '../pool.ts'

/** The log's bounds as columns, so that a query reads them in its own snapshot. */
export const boundsColumns = `
  (SELECT max(born) FROM epochs) AS born,
  (SELECT up_to + 1 FROM trimmed) AS oldest,
  coalesce((SELECT max(id) FROM entries), 0) AS head`

export interface BoundsRow {
  born: number
  oldest: number
  head: number
}

export function toLogBounds({ born, oldest, head }: BoundsRow): LogBounds {
  return { epoch: formatEpoch(born), oldest, head }
}

export async function readBounds(pool: Pool): Promise<{ bounds: LogBounds }> {
  const [row] = await pool.read((sql) => sql<BoundsRow[]>`SELECT ${sql.unsafe(boundsColumns)}`)
  return { bounds: toLogBounds(row as BoundsRow) }
}
