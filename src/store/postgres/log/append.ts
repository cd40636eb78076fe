import { formatEpoch } from '../../cursor-resolution.ts'
import type { Draft, Outcome } from '../../message-log.ts'
import { type MessageRow, toMessage } from '../../rows.ts'
import type { Pool } from '../pool.ts'

type RejectedKind = Exclude<Outcome, { entry: unknown }>['kind']
/** Of a new message the text is null, as are its metadata and what it replies to: see the draft. */
type Row = {
  kind: 'appended' | 'replayed' | RejectedKind
  born: number
  text: string | null
  roomId: number | null
  room: string | null
} & Omit<MessageRow, 'text'>

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
  const drafts = batch.map(({ session, to, text, replyTo, metadata, mentions, idempotency }) => ({
    session,
    type: to?.type ?? 'everyone',
    to: to?.key,
    keep: to?.type === 'direct' && to.whenOffline === 'keep',
    text,
    replyTo,
    metadata,
    mentions: mentions?.length ? mentions : undefined,
    ...idempotency,
  }))
  const rows = await pool.write(
    (sql) => sql<Row[]>`SELECT * FROM obrol_append(${sql.json(drafts as never)}, ${batchId})`,
  )
  const outcomes = rows.map((row, at) => toOutcome(row, batch[at] as Draft))
  return { outcomes, epoch: formatEpoch((rows[0] as Row).born) }
}

function toOutcome(row: Row, { text, replyTo, metadata }: Draft): Outcome {
  const { kind, roomId } = row
  if (kind !== 'appended' && kind !== 'replayed') return { kind }
  const room = roomId === null ? null : { id: roomId, name: row.room as string }
  const stored =
    row.text === null ? { ...row, text, replyTo, metadata } : { ...row, text: row.text }
  return { kind, entry: toMessage(stored as MessageRow, room) }
}
