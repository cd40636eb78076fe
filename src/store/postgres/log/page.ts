import type { Page, PageRange } from '../../message-log.ts'
import { toMessage } from '../../rows.ts'
import type { Pool } from '../pool.ts'
import {
  type BoundsAndEntryRow,
  mayReadRoom,
  reactionsTo,
  splitBounds,
  withBounds,
} from './entry-query.ts'
import {
  carriedRanges,
  conversationRanges,
  messageIds,
  roomRanges,
  trimmedTo,
} from './visibility.ts'

/** One more than a page may hold. */
const MAX_ROWS = 201

/** Of the viewer $1; of the conversation with the account $4, or the room with the key $4. */
const queries = {
  everything: pageQueries(carriedRanges('$1::bigint', trimmedTo, false)),
  conversation: pageQueries(conversationRanges('$1', '$4')),
  room: pageQueries(roomRanges('$1::bigint', '$4', mayReadRoom('$1::bigint')), 'place'),
}

/** A page of history. It costs the same however many entries in between the viewer may not see. */
export async function readPage(
  pool: Pool,
  viewer: number,
  { after, before, limit, withAccount, inRoom }: PageRange,
): Promise<Page | undefined> {
  const kind =
    inRoom !== undefined ? 'room' : withAccount !== undefined ? 'conversation' : 'everything'
  const query = after === undefined ? queries[kind].before : queries[kind].after
  const edge = after ?? before ?? Number.MAX_SAFE_INTEGER
  // One more than asked for shows whether there are more.
  const parameters: (number | string)[] = [viewer, edge, limit + 1]
  if (kind !== 'everything') parameters.push((inRoom ?? withAccount) as number | string)
  const rows = await pool.read((sql) =>
    sql.unsafe<(BoundsAndEntryRow & { mayRead: boolean })[]>(query, parameters, { prepare: true }),
  )
  if (!rows[0]?.mayRead) return undefined
  const { bounds, found } = splitBounds(rows)
  const entries = found.slice(0, limit).map((row) => toMessage(row, row.room))
  if (after === undefined) entries.reverse()
  return { bounds, entries, more: found.length > limit }
}

/**
 * @param ranges queries of a WITH clause with `ranges`
 * @param place the one among them that is empty where the viewer may not read the room
 */
function pageQueries(ranges: string, place?: string): { after: string; before: string } {
  const mayRead = place === undefined ? 'true' : `EXISTS (SELECT FROM ${place})`
  const query = (order: 'ASC' | 'DESC', edges: { after: string; before?: string }) => {
    const ids = messageIds({
      ...edges,
      order,
      limit: '$3::bigint',
      maxRows: MAX_ROWS,
    })
    const entries = `(SELECT * FROM entries WHERE id = ANY (ARRAY(${ids}))) AS entries`
    const page = withBounds(entries, {
      order,
      columns: `${reactionsTo('$1::bigint')} AS reactions`,
    })
    return `
      WITH ${ranges}
      SELECT ${mayRead} AS "mayRead", page.* FROM (${page}) AS page
      ORDER BY page.id ${order}`
  }
  return {
    after: query('ASC', { after: `greatest($2::bigint, ${trimmedTo})` }),
    before: query('DESC', { after: trimmedTo, before: '$2::bigint' }),
  }
}
