import type { Page, PageRange } from '../../message-log.ts'
import { type EntryRow, toEntry } from '../../rows.ts'
import type { Connection } from '../connection.ts'
import { LogBoundsQuery } from './bounds.ts'
import { entryColumns, entryTables } from './entry-query.ts'

/** A range of one index. The ranges of a list together hold what the viewer may see. */
type IndexScan = { index: string; where: string }

const allVisible: IndexScan[] = [
  { index: 'entries_broadcast', where: 'recipient_id IS NULL' },
  { index: 'entries_to', where: 'recipient_id = :viewer' },
  { index: 'entries_from', where: 'recipient_id IS NOT NULL AND sender_id = :viewer' },
]

const conversation: IndexScan[] = [
  { index: 'entries_between', where: 'sender_id = :viewer AND recipient_id = :other' },
  { index: 'entries_between', where: 'sender_id = :other AND recipient_id = :viewer' },
]

type Parameters = { viewer: number; other: number; edge: number; count: number }

/**
 * Each index scan ends at the size of the page, and then they are merged. So a page costs the same
 * however many entries lie between that the viewer may not see.
 */
export class LogPages {
  readonly #bounds
  readonly #queries

  constructor(connection: Connection) {
    const query = (scans: IndexScan[], direction: 'after' | 'before') =>
      connection.prepare<Parameters, EntryRow>(pageQuery(scans, direction))
    this.#bounds = new LogBoundsQuery(connection)
    this.#queries = {
      everything: { after: query(allVisible, 'after'), before: query(allVisible, 'before') },
      conversation: { after: query(conversation, 'after'), before: query(conversation, 'before') },
    }
  }

  page(viewer: number, { after, before, limit, withAccount }: PageRange): Page {
    const bounds = this.#bounds.read()
    const queries =
      withAccount === undefined ? this.#queries.everything : this.#queries.conversation
    // One row more than the page shows whether there are more.
    const parameters = { viewer, other: withAccount ?? 0, count: limit + 1 }
    const rows =
      after === undefined
        ? queries.before.all({ ...parameters, edge: before ?? bounds.head + 1 })
        : queries.after.all({ ...parameters, edge: after })
    const entries = rows.slice(0, limit).map(toEntry)
    if (after === undefined) entries.reverse()
    return { bounds, entries, more: rows.length > limit }
  }
}

/** UNION removes the duplicate of a message to oneself, which two scans find. */
function pageQuery(scans: IndexScan[], direction: 'after' | 'before'): string {
  const [operator, order] = direction === 'after' ? ['>', 'ASC'] : ['<', 'DESC']
  const ids = scans.map(
    ({ index, where }) =>
      `SELECT id FROM (SELECT id FROM entries INDEXED BY ${index}
         WHERE ${where} AND id ${operator} :edge ORDER BY id ${order} LIMIT :count)`,
  )
  return `SELECT ${entryColumns} FROM ${entryTables}
    WHERE entries.id IN (${ids.join(' UNION ')})
    ORDER BY entries.id ${order} LIMIT :count`
}
