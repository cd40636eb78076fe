import { formatEpoch } from '../../cursor-resolution.ts'
import type { Draft, Outcome } from '../../message-log.ts'
import { type EntryRow, toMessage } from '../../rows.ts'
import type { Pool } from '../pool.ts'

type RejectedKind = Exclude<Outcome, { entry: unknown }>['kind']
/** `text` is null if it is that of the draft. */
type Row = {
  kind: 'appended' | 'replayed' | RejectedKind
  born: number
  text: string | null
  roomId: number | null
  room: string | null
} & Omit<EntryRow, 'kind' | 'text'>

/** The outcomes, and the epoch in which the batch was appended. */
export interface AppendResult {
  outcomes: Outcome[]
  epoch: string
}

/**
 * Appends a batch in one statement, so that the log's lock is never held during a round trip:
 * `obrol_append` in `migrations/postgres/0006-rooms.sql`.
 */
export async function appendBatch(
  pool: Pool,
  batch: readonly Draft[],
  batchId: string,
): Promise<AppendResult> {
  const drafts = batch.map(({ session, to, text, idempotency }) => ({
    session,
    type: to?.type ?? 'everyone',
    to: to?.key,
    keep: to?.type === 'direct' && to.whenOffline === 'keep',
    text,
    ...idempotency,
  }))
  const rows = await pool.write(
    (sql) => sql<Row[]>`SELECT * FROM obrol_append(${sql.json(drafts)}, ${batchId})`,
  )
  const outcomes = rows.map((row, at) => toOutcome(row, batch[at] as Draft))
  return { outcomes, epoch: formatEpoch((rows[0] as Row).born) }
}

function toOutcome(row: Row, { text }: Draft): Outcome {
  const { kind, roomId } = row
  if (kind !== 'appended' && kind !== 'replayed') return { kind }
  const room = roomId === null ? null : { id: roomId, name: row.room as string }
  return { kind, entry: toMessage({ ...row, text: row.text ?? text }, room) }
}
