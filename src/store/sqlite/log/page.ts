import type { Page, PageRange } from '../../message-log.ts'
import { mayRead } from '../../room-rules.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { RoomStates } from '../rooms/room-states.ts'
import { Audiences } from './audiences.ts'
import { LogBoundsQuery } from './bounds.ts'
import { type EntryRow, entryColumns, entryTables } from './entry-query.ts'
import { MessageQueries } from './message-queries.ts'
import { carriedRanges, messageIds, staysInAudience, wholeAudience } from './visibility.ts'

/** Where to look: in all that the viewer's streams carry, in one audience, or in stays in it. */
type Where = { ranges: 'carried' } | { ranges: 'audience' | 'stays'; audience: number }

type Parameters = {
  viewer: number
  low: number
  high: number
  count: number
  audience?: number
}

/** A page costs the same however many entries lie between that the viewer may not see. */
export class LogPages {
  readonly #bounds
  readonly #rooms
  readonly #audiences
  readonly #messages
  readonly #queries

  constructor(connection: Connection) {
    const both = (ranges: string) => ({
      after: connection.prepare<Parameters, EntryRow>(pageQuery(ranges, 'ASC')),
      before: connection.prepare<Parameters, EntryRow>(pageQuery(ranges, 'DESC')),
    })
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#rooms = queriesOf(RoomStates, connection)
    this.#audiences = queriesOf(Audiences, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#queries = {
      carried: both(carriedRanges),
      audience: both(wholeAudience),
      stays: both(staysInAudience),
    }
  }

  page(viewer: number, range: PageRange): Page | undefined {
    const bounds = this.#bounds.read()
    const { after, before = bounds.head + 1, limit } = range
    const where = this.#where(viewer, range)
    if (where === undefined) return undefined
    const { ranges, ...audience } = where
    // One row more than the page shows whether there are more.
    const parameters = { viewer, ...audience, count: limit + 1 }
    const rows =
      after === undefined
        ? this.#queries[ranges].before.all({ ...parameters, low: 0, high: before - 1 })
        : this.#queries[ranges].after.all({ ...parameters, low: after, high: bounds.head })
    const entries = rows
      .slice(0, limit)
      .map((row) => this.#messages.withReactions(this.#messages.ofRow(row), viewer))
    if (after === undefined) entries.reverse()
    return { bounds, entries, more: rows.length > limit }
  }

  /** @returns undefined where the viewer may not read the room */
  #where(viewer: number, { withAccount, inRoom }: PageRange): Where | undefined {
    if (withAccount !== undefined) {
      return { ranges: 'audience', audience: this.#audiences.between(viewer, withAccount) ?? 0 }
    }
    if (inRoom === undefined) return { ranges: 'carried' }
    const view = this.#rooms.byKey(viewer, inRoom)
    if (!view || !mayRead(view.room, view.membership?.role)) return undefined
    const ranges = view.room.history === 'all' ? 'audience' : 'stays'
    return { ranges, audience: view.room.id }
  }
}

function pageQuery(ranges: string, order: 'ASC' | 'DESC'): string {
  return `SELECT ${entryColumns} FROM ${entryTables}
    WHERE entries.id IN (${messageIds(ranges, order)})
    ORDER BY entries.id ${order}`
}
