import { type EntryRow, toEntry } from '../../rows.ts'
import type { Page, PageRange } from '../../store.ts'
import type { Pool } from '../pool.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'
import { directMessagesOf, entryColumns, usernameJoins } from './row-columns.ts'

/** A stretch of an index: its condition, and its first column where that is not the id. */
type IndexScan = { where: string; first?: string }

/** Parts of the log that have an index each: together they hold what may be seen. */
const allVisible: IndexScan[] = [
  { where: 'recipient_id IS NULL' },
  { where: directMessagesOf('recipient_id', '$1'), first: 'recipient_id' },
  { where: directMessagesOf('sender_id', '$1'), first: 'sender_id' },
]
const conversation: IndexScan[] = [
  { where: `${directMessagesOf('sender_id', '$1')} AND recipient_id = $4`, first: 'sender_id' },
  { where: `${directMessagesOf('sender_id', '$4')} AND recipient_id = $1`, first: 'sender_id' },
]

/** One more than a page may hold: with it the planner knows how little is read. */
const MAX_ROWS = 201

const queries = {
  everything: { after: pageQuery(allVisible, 'after'), before: pageQuery(allVisible, 'before') },
  conversation: {
    after: pageQuery(conversation, 'after'),
    before: pageQuery(conversation, 'before'),
  },
}

/**
 * A page of history. Each part is cut at the page's size before they are merged, so a page costs
 * the same however much lies between that the viewer may not see.
 */
export async function readPage(
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
    sql.unsafe<(BoundsRow & EntryRow)[]>(query, parameters, { prepare: true }),
  )
  const found = rows.filter(({ id }) => id !== null)
  const entries = found.slice(0, limit).map(toEntry)
  if (after === undefined) entries.reverse()
  return { bounds: toLogBounds(rows[0] as BoundsRow), entries, more: found.length > limit }
}

/** UNION also drops the second sight of a message to oneself. Nothing is looked for below what is trimmed. */
function pageQuery(scans: IndexScan[], direction: 'after' | 'before'): string {
  const trimmed = '(SELECT up_to FROM trimmed)'
  const [order, range] =
    direction === 'after'
      ? ['ASC', `id > greatest($2::bigint, ${trimmed})`]
      : ['DESC', `id > ${trimmed} AND id < $2::bigint`]
  const ids = scans.map(
    ({ where, first }) => `
      (SELECT id FROM (
        SELECT id FROM entries WHERE ${where} AND ${range}
        ORDER BY ${first ? `${first} ${order},` : ''} id ${order} LIMIT $3::bigint
      ) AS part LIMIT ${MAX_ROWS})`,
  )
  return `
    SELECT bounds.*, found.* FROM (SELECT ${boundsColumns}) AS bounds LEFT JOIN (
      SELECT ${entryColumns} FROM
        (SELECT id FROM (${ids.join(' UNION ')}) AS merged ORDER BY id ${order} LIMIT $3::bigint)
        AS chosen
      CROSS JOIN LATERAL (SELECT * FROM entries WHERE entries.id = chosen.id LIMIT 1)
      AS entries ${usernameJoins}
    ) AS found ON true ORDER BY found.id ${order}`
}
