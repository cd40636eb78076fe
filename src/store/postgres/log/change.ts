import { formatEpoch } from '../../cursor-resolution.ts'
import {
  type ChangeCommand,
  type ChangeFacts,
  type ChangeOutcome,
  type ChangeRefusal,
  decideChange,
} from '../../message-changes.ts'
import type { MessageEntry } from '../../message-log.ts'
import type { Person } from '../../person.ts'
import { toMessage } from '../../rows.ts'
import type { Sql } from '../connection.ts'
import type { Pool } from '../pool.ts'
import { decideInLog, type Executed } from './decide-in-log.ts'
import { type EntryAndRoomRow, entryColumns, entryJoins } from './entry-query.ts'
import { maySeeMessage } from './read.ts'

type FactsRow = EntryAndRoomRow & {
  /** Null where the session has ended. */
  caller: Person | null
  now: number
  maySee: boolean | null
  /** Null unless the message was sent to a room. */
  inRoom: { archived: boolean; callerRole: string | null; callerIsBanned: boolean } | null
  isBlocked: boolean
  hasReacted: boolean
  otherEmoji: number
}

/**
 * Of the session $1, the message $2 and the emoji $3. Until the end of the transaction the message is not
 * trimmed.
 */
const factsQuery = `
  WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
  caller AS MATERIALIZED (
    SELECT people.id, people.username FROM clock CROSS JOIN LATERAL (
      SELECT account_id FROM sessions WHERE id = $1::bigint AND expires_at > now LIMIT 1
    ) AS session CROSS JOIN LATERAL (
      SELECT id, username FROM accounts WHERE accounts.id = session.account_id LIMIT 1
    ) AS people
  ),
  message AS MATERIALIZED (
    SELECT * FROM entries WHERE id = $2::bigint AND kind = 'message' LIMIT 1 FOR NO KEY UPDATE
  )
  SELECT (SELECT to_json(caller) FROM caller) AS caller, clock.now, found.* FROM clock
  LEFT JOIN LATERAL (
    SELECT ${entryColumns},
      ${maySeeMessage('(SELECT id FROM caller)')} AS "maySee",
      (
        SELECT json_build_object(
          'archived', rooms.archived,
          'callerRole', (
            SELECT CASE WHEN left_id IS NULL THEN role END FROM members
            WHERE members.account_id = (SELECT id FROM caller) AND members.audience_id = rooms.audience_id
            ORDER BY joined_id DESC LIMIT 1),
          'callerIsBanned', EXISTS (
            SELECT FROM room_bans
            WHERE room_bans.audience_id = rooms.audience_id
              AND room_bans.account_id = (SELECT id FROM caller)))
        FROM rooms WHERE rooms.audience_id = entries.audience_id LIMIT 1
      ) AS "inRoom",
      EXISTS (
        SELECT FROM blocks
        WHERE entries.target_id IS NOT NULL AND blocked_id = (SELECT id FROM caller)
          AND account_id = CASE entries.actor_id
            WHEN (SELECT id FROM caller) THEN entries.target_id ELSE entries.actor_id END
      ) AS "isBlocked",
      EXISTS (
        SELECT FROM reactions
        WHERE message_id = entries.id AND emoji = $3 COLLATE "C" AND account_id = (SELECT id FROM caller)
      ) AS "hasReacted",
      (
        SELECT count(DISTINCT emoji) FROM reactions
        WHERE message_id = entries.id AND emoji <> $3 COLLATE "C"
      ) AS "otherEmoji"
    FROM message AS entries ${entryJoins()}
  ) AS found ON true`

/** Judges a change of a message and carries it out: see `decideInLog`. */
export function changeMessage(
  pool: Pool,
  session: number,
  command: ChangeCommand,
): Promise<Executed<ChangeOutcome>> {
  const parameters = [session, command.id, 'emoji' in command ? command.emoji : null]
  return decideInLog(pool, {
    facts: (sql) => sql.unsafe<FactsRow[]>(factsQuery, parameters, { prepare: true }),
    decide: (sql, row) => decideAndWrite(sql, command, row),
  })
}

async function decideAndWrite(
  sql: Sql,
  command: ChangeCommand,
  row: FactsRow,
): Promise<Executed<ChangeOutcome>> {
  if (row.caller === null) return refuse(sql, 'session-ended')
  const facts = toFacts(row, row.caller)
  const decision = decideChange(command, facts)
  if ('refusal' in decision) return refuse(sql, decision.refusal)
  if (!decision.change) {
    await sql.unsafe('ROLLBACK')
    const message = facts.message as MessageEntry
    return { outcome: { kind: 'done', message, changed: false } }
  }
  const change = sql.json(toChange(command) as never)
  const [[written], [message]] = await Promise.all([
    sql<{ born: number; head: number }[]>`
      SELECT born, head FROM obrol_change_message(${change}, ${row.caller.id}, ${command.id})`,
    sql.unsafe<EntryAndRoomRow[]>(messageQuery, [command.id], { prepare: true }),
    sql.unsafe('COMMIT'),
  ])
  const { born, head } = written as { born: number; head: number }
  return {
    outcome: { kind: 'done', message: fromRow(message as EntryAndRoomRow), changed: true },
    written: { epoch: formatEpoch(born), head },
  }
}

async function refuse(sql: Sql, kind: ChangeRefusal): Promise<Executed<ChangeOutcome>> {
  await sql.unsafe('ROLLBACK')
  return { outcome: { kind } }
}

/** The message $1, without its reactions. */
const messageQuery = `
  SELECT ${entryColumns}
  FROM (SELECT * FROM entries WHERE id = $1::bigint LIMIT 1) AS entries ${entryJoins()}`

function fromRow(row: EntryAndRoomRow): MessageEntry {
  return toMessage(row, row.room)
}

function toFacts(row: FactsRow, caller: Person): ChangeFacts {
  const { now, maySee, inRoom, isBlocked, hasReacted, otherEmoji } = row
  const role = inRoom?.callerRole ?? undefined
  return {
    caller,
    now,
    message: maySee ? fromRow(row) : undefined,
    room: inRoom ? ({ ...inRoom, callerRole: role } as ChangeFacts['room']) : undefined,
    isBlocked,
    hasReacted,
    otherEmoji,
  }
}

/** As `obrol_change_message` in `migrations/postgres/0006-rooms.sql` takes it. */
function toChange(command: ChangeCommand): object {
  if (command.kind !== 'edit') return command
  const { kind, text, metadata } = command
  return { kind, metadata, ...(text && { text: text.value, mentions: text.mentions }) }
}
