/** An entry of the log, as the database holds it. */
export interface LogEntry {
  id: number
  kind: string
  /** Who did it. */
  from: string
  /** Of a direct message: its recipient. */
  to?: string
  room?: { name: string; access: 'open' | 'private'; history: 'all' | 'since-joined' }
  /** Whose membership it is. */
  member?: string
  /** Of a message its text as it is now, of a reaction its emoji. */
  text: string
  /** The id of the message that was changed. */
  ref?: number
  /** Whether it is a message that was deleted. */
  deleted: boolean
}

/** A row of `selectLog`. */
export interface LogRow {
  id: number
  kind: string
  from: string
  target: string | null
  room: string | null
  access: 'open' | 'private' | null
  history: 'all' | 'since-joined' | null
  text: string
  ref: number | null
  deleted: number | boolean
}

/** Reads the whole log, on SQLite and on PostgreSQL. */
export const selectLog = `
  SELECT CAST(entries.id AS float8) AS id, kind, actor.username AS "from", target.username AS target,
         rooms.name AS room, access, history, text, CAST(ref_id AS float8) AS ref,
         deleted_at IS NOT NULL AS deleted
  FROM entries JOIN accounts AS actor ON actor.id = actor_id
               LEFT JOIN accounts AS target ON target.id = target_id
               LEFT JOIN rooms ON rooms.audience_id = entries.audience_id
  ORDER BY entries.id`

export function toLogEntry({ id, kind, from, target, room, access, ...row }: LogRow): LogEntry {
  return {
    id,
    kind,
    from,
    ...(target !== null && (kind === 'message' ? { to: target } : { member: target })),
    ...(room !== null && access && { room: { name: room, access, history: row.history ?? 'all' } }),
    text: row.text,
    ...(row.ref !== null && { ref: row.ref }),
    deleted: Boolean(row.deleted),
  }
}

/** Names what an entry changed. A message has its id instead. */
export function markOf({
  kind,
  from,
  room,
  member,
  ref,
  text,
}: Pick<LogEntry, 'kind' | 'from' | 'member' | 'ref'> & {
  room?: { name: string }
  text?: string
}): string {
  if (member !== undefined) return `${kind} ${room?.name} ${member} by ${from}`
  const emoji = kind.startsWith('reaction') ? ` ${text}` : ''
  return `${kind} ${ref}${emoji} by ${from}`
}
