import { epochTag } from '../../epoch-tag.ts'
import type { Extent } from '../../store.ts'
import type { Pool } from '../pool.ts'

/** The log's edges, as columns of any query: its snapshot's. */
export const edges = `
  (SELECT max(born) FROM epochs) AS born,
  (SELECT up_to + 1 FROM trimmed) AS oldest,
  coalesce((SELECT max(id) FROM entries), 0) AS head`

export interface Edges {
  born: number
  oldest: number
  head: number
}

export function toExtent({ born, oldest, head }: Edges): Extent {
  return { epoch: epochTag(born), oldest, head }
}

export async function extentOf(pool: Pool): Promise<Extent> {
  const [row] = await pool.read((sql) => sql<Edges[]>`SELECT ${sql.unsafe(edges)}`)
  return toExtent(row as Edges)
}
