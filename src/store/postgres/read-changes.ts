import type { Entry } from '../message-log.ts'
import type { Person } from '../person.ts'
import type { PresentSession } from '../presence-store.ts'
import type { RoomRef } from '../room.ts'
import type { AccountRow } from '../rows.ts'
import { MAX_SCAN_BYTES, MAX_SCAN_IDS } from '../scan-limits.ts'
import type { Sql } from './connection.ts'
import { type BoundsRow, boundsColumns } from './log/bounds.ts'
import {
  type ColumnarEntries,
  columnarEntries,
  columnNames,
  columnSources,
  toEntries,
} from './log/columnar-entries.ts'
import { isInRoom, roomRefJson, textBytes } from './log/entry-query.ts'

/** Changes that are not in the log, in one poll, at most. */
const MAX_CHANGES = 1_000

/** What a node has seen so far. */
export interface PollPosition {
  head: number
  /** The newest change that is not in the log; -1 reads all present sessions instead. */
  changeSeq: number
}

/** Decides whether this node may reap dead nodes: see `node-lease.ts`. */
export interface ReapOptions {
  node: string
  connectedMs: number
  leaseMs: number
  graceMs: number
}

export interface SessionChange {
  seq: number
  kind: 'entered' | 'left' | 'ended' | 'renewed'
  session: number
  person: Person
  /** Of `renewed` until when it lives. */
  since: number
}

/** What someone did in the conversation with a room or another person, else with everyone. */
export interface ConversationChange {
  seq: number
  kind: 'read' | 'typing'
  person: Person
  room: RoomRef | null
  other: Person | null
  /** Only of `read`. */
  upTo: number
}

/** Someone has another display name, role or state. */
export interface AccountChange {
  seq: number
  kind: 'user-updated'
  account: AccountRow
}

/** Read in one snapshot. */
export interface PollResult extends BoundsRow {
  /** Whether the newest epoch belongs to the database's current incarnation. */
  epochIsCurrent: boolean
  /** The database's time, in Unix ms. */
  now: number
  entries: Entry[]
  oldestChangeSeq: number
  newestChangeSeq: number
  changes: (SessionChange | ConversationChange | AccountChange)[]
  present: PresentSession[] | null
  /** Whether there are nodes that this node may reap. */
  hasExpiredNodes: boolean
}

const personJson = "json_build_object('id', accounts.id, 'username', accounts.username)"

/** An `AccountRow`. */
const accountJson = `json_build_object(
  'accountId', accounts.id, 'username', accounts.username, 'accountCreatedAt', accounts.created_at,
  'role', accounts.role, 'displayName', accounts.display_name, 'bot', accounts.bot,
  'closedAt', accounts.closed_at)`

const allPresentSessions = `
  (SELECT coalesce(json_agg(row ORDER BY row.session), '[]') FROM (
    SELECT session_id AS session, min(since) AS since,
      (SELECT ${personJson} FROM accounts WHERE accounts.id = min(account_id)) AS person
    FROM presence GROUP BY session_id
  ) AS row)`

/** Reads everything that changed since a position, in one round trip. */
export async function readChanges(
  sql: Sql,
  position: PollPosition,
  reapOptions: ReapOptions,
): Promise<PollResult> {
  const [row] = await sql<(Omit<PollResult, 'entries'> & ColumnarEntries)[]>`
    WITH new_entries AS MATERIALIZED (
      SELECT * FROM entries
      WHERE id > ${position.head}::bigint AND id <= ${position.head}::bigint + ${MAX_SCAN_IDS}
      ORDER BY id LIMIT ${sql.unsafe(`${MAX_SCAN_IDS}`)}
    ),
    batch AS MATERIALIZED (
      SELECT *, ${sql.unsafe(isInRoom)} AS in_room
      FROM (
        SELECT *, sum(bytes) OVER (ORDER BY id) - bytes AS before
        FROM (SELECT *, ${sql.unsafe(textBytes)} AS bytes FROM new_entries AS entries) AS sized
      ) AS entries WHERE before < ${sql.unsafe(`${MAX_SCAN_BYTES}`)} ORDER BY id
    ),
    ${sql.unsafe(columnarEntries)},
    new_changes AS MATERIALIZED (
      SELECT * FROM changes
      WHERE seq > ${position.changeSeq}::bigint AND seq <= ${position.changeSeq}::bigint + ${MAX_CHANGES}
        AND ${position.changeSeq}::bigint >= 0
      ORDER BY seq LIMIT ${sql.unsafe(`${MAX_CHANGES}`)}
    )
    SELECT ${sql.unsafe(boundsColumns)},
      (SELECT incarnation FROM epochs ORDER BY born DESC LIMIT 1)
        IS NOT DISTINCT FROM obrol_incarnation() AS "epochIsCurrent",
      obrol_now() AS now,
      ${sql.unsafe(columnNames)},
      (SELECT changes_up_to + 1 FROM swept) AS "oldestChangeSeq",
      coalesce((SELECT max(seq) FROM changes), 0) AS "newestChangeSeq",
      (SELECT coalesce(json_agg(row ORDER BY row.seq), '[]') FROM (
        SELECT seq, kind, session_id AS session, since, read_up_to AS "upTo",
          (SELECT ${sql.unsafe(personJson)} FROM accounts WHERE accounts.id = account_id) AS person,
          (SELECT ${sql.unsafe(accountJson)} FROM accounts
           WHERE accounts.id = account_id AND kind = 'user-updated') AS account,
          (SELECT ${sql.unsafe(personJson)} FROM accounts
           WHERE accounts.id = target_id AND target_id IS NOT NULL) AS other,
          (SELECT ${sql.unsafe(roomRefJson)} FROM rooms
           WHERE rooms.audience_id = new_changes.audience_id AND new_changes.audience_id IS NOT NULL
          ) AS room
        FROM new_changes
      ) AS row) AS changes,
      ${sql.unsafe(position.changeSeq < 0 ? allPresentSessions : 'NULL')} AS present,
      EXISTS (
        SELECT FROM nodes
        WHERE lease_until <= obrol_now() AND id <> ${reapOptions.node}
          AND ${reapOptions.connectedMs}::bigint >= CASE WHEN closed
            THEN ${reapOptions.graceMs}::bigint ELSE ${reapOptions.leaseMs}::bigint END
      ) AS "hasExpiredNodes"
    FROM ${sql.unsafe(columnSources)}`
  const result = row as Omit<PollResult, 'entries'> & ColumnarEntries
  return { ...result, entries: toEntries(result) }
}
