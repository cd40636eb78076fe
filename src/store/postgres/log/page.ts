import { type EntryRow, toEntry } from '../../entry-row.ts'
import type { Page, PageRange } from '../../store.ts'
import type { Pool } from '../pool.ts'
import { type Edges, edges, toExtent } from './extent.ts'
import { entryColumns, entryTables } from './rows.ts'

/** Parts of the log that have an index each: together they hold what may be seen. */
const everything = [
  'recipient_id IS NULL',
  'recipient_id = $1',
  'recipient_id IS NOT NULL AND sender_id = $1',
]
const conversation = [
  'sender_id = $1 AND recipient_id = $4',
  'sender_id = $4 AND recipient_id = $1',
]

const queries = {
  everything: { after: pageQuery(everything, 'after'), before: pageQuery(everything, 'before') },
  conversation: {
    after: pageQuery(conversation, 'after'),
    before: pageQuery(conversation, 'before'),
  },
}

/**
 * A page of history. Each part is cut at the page's size before they are merged, so a page costs
 * the same however much lies between that the viewer may not see.
 */
export async function pageOf(
  pool: Pool,
  viewer: number,
  { after, before, limit, withAccount }: PageRange,
): Promise<Page> {
  const kind = withAccount === undefined ? queries.everything : queries.conversation
  const query = after === undefined ? kind.before : kind.after
  const edge = after ?? before ?? Number.MAX_SAFE_INTEGER
  // One more than asked for tells whether there are more.
  const parameters = [viewer, edge, limit + 1]
  if (withAccount !== undefined) parameters.push(withAccount)
  const rows = await pool.read((sql) =>
    sql.unsafe<(Edges & EntryRow)[]>(query, parameters, { prepare: true }),
  )
  const found = rows.filter(({ id }) => id !== null)
  const entries = found.slice(0, limit).map(toEntry)
  if (after === undefined) entries.reverse()
  return { extent: toExtent(rows[0] as Edges), entries, more: found.length > limit }
}

/** UNION also drops the second sight of a message to oneself. */
function pageQuery(parts: string[], direction: 'after' | 'before'): string {
  const [beyond, order] = direction === 'after' ? ['>', 'ASC'] : ['<', 'DESC']
  const ids = parts.map(
    (where) => `
      (SELECT id FROM entries WHERE ${where} AND id ${beyond} $2::bigint
       ORDER BY id ${order} LIMIT $3::bigint)`,
  )
  return `
    SELECT edges.*, found.* FROM (SELECT ${edges}) AS edges LEFT JOIN (
      SELECT ${entryColumns} FROM
        (SELECT id FROM (${ids.join(' UNION ')}) AS merged ORDER BY id ${order} LIMIT $3::bigint)
        AS chosen
      JOIN ${entryTables} ON chosen.id = entries.id
    ) AS found ON true ORDER BY found.id ${order}`
}
