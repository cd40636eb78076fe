import { type EntryRow, toEntry } from '../../entry-row.ts'
import type { Page, PageRange } from '../../store.ts'
import type { Pool } from '../pool.ts'
import { type Edges, edges, toExtent } from './extent.ts'
import { entryColumns, names, of } from './rows.ts'

/** A stretch of an index: its condition, and its first column where that is not the id. */
type Part = { where: string; first?: string }

/** Parts of the log that have an index each: together they hold what may be seen. */
const everything: Part[] = [
  { where: 'recipient_id IS NULL' },
  { where: of('recipient_id', '$1'), first: 'recipient_id' },
  { where: of('sender_id', '$1'), first: 'sender_id' },
]
const conversation: Part[] = [
  { where: `${of('sender_id', '$1')} AND recipient_id = $4`, first: 'sender_id' },
  { where: `${of('sender_id', '$4')} AND recipient_id = $1`, first: 'sender_id' },
]

/** One more than a page may hold: with it the planner knows how little is read. */
const mostRows = 201

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

/** UNION also drops the second sight of a message to oneself. Nothing is looked for below what is trimmed. */
function pageQuery(parts: Part[], direction: 'after' | 'before'): string {
  const trimmed = '(SELECT up_to FROM trimmed)'
  const [order, range] =
    direction === 'after'
      ? ['ASC', `id > greatest($2::bigint, ${trimmed})`]
      : ['DESC', `id > ${trimmed} AND id < $2::bigint`]
  const ids = parts.map(
    ({ where, first }) => `
      (SELECT id FROM (
        SELECT id FROM entries WHERE ${where} AND ${range}
        ORDER BY ${first ? `${first} ${order},` : ''} id ${order} LIMIT $3::bigint
      ) AS part LIMIT ${mostRows})`,
  )
  return `
    SELECT edges.*, found.* FROM (SELECT ${edges}) AS edges LEFT JOIN (
      SELECT ${entryColumns} FROM
        (SELECT id FROM (${ids.join(' UNION ')}) AS merged ORDER BY id ${order} LIMIT $3::bigint)
        AS chosen
      CROSS JOIN LATERAL (SELECT * FROM entries WHERE entries.id = chosen.id LIMIT 1)
      AS entries ${names}
    ) AS found ON true ORDER BY found.id ${order}`
}
