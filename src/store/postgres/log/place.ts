import { epochBirth } from '../../epoch-tag.ts'
import { placeCursor } from '../../placement.ts'
import type { Cursor, Placement } from '../../store.ts'
import { beginEpoch } from '../epochs.ts'
import type { Pool } from '../pool.ts'
import { type Edges, edges, toExtent } from './extent.ts'

type Row = Edges & { known: boolean; next: number | null; newest: number }

/** Where a cursor stands: finds where the log forked after its epoch. */
export async function placeOf(pool: Pool, cursor: Cursor): Promise<Placement> {
  // A bare id is of the current epoch, after which none was born.
  const born = cursor.epoch === null ? null : epochBirth(cursor.epoch)
  const [row] = await pool.read(
    (sql) => sql<Row[]>`
      SELECT ${sql.unsafe(edges)},
        (SELECT incarnation FROM epochs ORDER BY born DESC LIMIT 1) = obrol_incarnation() AS known,
        (SELECT first_id FROM epochs WHERE born > ${born}::bigint ORDER BY born LIMIT 1) AS next,
        (SELECT first_id FROM epochs ORDER BY born DESC LIMIT 1) AS newest`,
  )
  const { known, next, newest, ...edgesNow } = row as Row
  if (!known) {
    await pool.write(beginEpoch)
    return placeOf(pool, cursor)
  }
  const extent = toExtent(edgesNow)
  const current = cursor.epoch === null || cursor.epoch === extent.epoch
  // An epoch that is not kept was lost by going back: it forked where the next one kept began.
  return placeCursor(cursor, extent, current ? undefined : (next ?? newest))
}
