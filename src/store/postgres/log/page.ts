import type { Page, PageRange } from '../../message-log.ts'
import { toEntry } from '../../rows.ts'
import type { Pool } from '../pool.ts'
import { type BoundsAndEntryRow, directMessagesOf, splitBounds, withBounds } from './entry-query.ts'

/** A range of an index: its condition, and its first column unless that is the id. */
type IndexScan = { where: string; first?: string }

/** What a viewer may see, as parts of the log that have an index each. */
const allVisible: IndexScan[] = [
  { where: 'recipient_id IS NULL' },
  { where: directMessagesOf('recipient_id', '$1'), first: 'recipient_id' },
  { where: directMessagesOf('sender_id', '$1'), first: 'sender_id' },
]
const conversation: IndexScan[] = [
  { where: `${directMessagesOf('sender_id', '$1')} AND recipient_id = $4`, first: 'sender_id' },
  { where: `${directMessagesOf('sender_id', '$4')} AND recipient_id = $1`, first: 'sender_id' },
]

/** One more than a page may hold. It tells the planner how few rows are read. */
const MAX_ROWS = 201

const queries = {
  everything: { after: pageQuery(allVisible, 'after'), before: pageQuery(allVisible, 'before') },
  conversation: {
    after: pageQuery(conversation, 'after'),
    before: pageQuery(conversation, 'before'),
  },
}

/**
 * A page of history. Each part is limited to the size of the page before they are merged, so a page
 * costs the same however many entries in between the viewer may not see.
 */
export async function readPage(
  pool: Pool,
  viewer: number,
  { after, before, limit, withAccount }: PageRange,
): Promise<Page> {
  const kind = withAccount === undefined ? queries.everything : queries.conversation
  const query = after === undefined ? kind.before : kind.after
  const edge = after ?? before ?? Number.MAX_SAFE_INTEGER
  // One more than asked for shows whether there are more.
  const parameters = [viewer, edge, limit + 1]
  if (withAccount !== undefined) parameters.push(withAccount)
  const rows = await pool.read((sql) =>
    sql.unsafe<BoundsAndEntryRow[]>(query, parameters, { prepare: true }),
  )
  const { bounds, found } = splitBounds(rows)
  const entries = found.slice(0, limit).map(toEntry)
  if (after === undefined) entries.reverse()
  return { bounds, entries, more: found.length > limit }
}

/** UNION also removes the duplicate of a message to oneself. Trimmed ids are not searched. */
function pageQuery(scans: IndexScan[], direction: 'after' | 'before'): string {
  const trimmed = '(SELECT up_to FROM trimmed)'
  const [order, range] =
    direction === 'after'
      ? (['ASC', `id > greatest($2::bigint, ${trimmed})`] as const)
      : (['DESC', `id > ${trimmed} AND id < $2::bigint`] as const)
  const ids = scans.map(
    ({ where, first }) => `
      (SELECT id FROM (
        SELECT id FROM entries WHERE ${where} AND ${range}
        ORDER BY ${first ? `${first} ${order},` : ''} id ${order} LIMIT $3::bigint
      ) AS part LIMIT ${MAX_ROWS})`,
  )
  const entries = `
    (SELECT id FROM (${ids.join(' UNION ')}) AS merged ORDER BY id ${order} LIMIT $3::bigint)
    AS chosen
    CROSS JOIN LATERAL (SELECT * FROM entries WHERE entries.id = chosen.id LIMIT 1) AS entries`
  return withBounds(entries, order)
}
