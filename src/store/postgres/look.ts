import type { EntryRow } from '../entry-row.ts'
import { SCAN_BYTES, SCAN_IDS } from '../scan.ts'
import type { PresentSession } from '../store.ts'
import type { Sql } from './connection.ts'
import { type Edges, edges } from './log/extent.ts'
import { bytesBefore, entryColumns, entryTables } from './log/rows.ts'

/** Changes of sessions that one look brings at most. */
const CHANGES = 1_000

/** What a node has seen. */
export interface Seen {
  head: number
  /** The newest change of a session; -1: those present are wanted all. */
  change: number
}

/** Who may take out the nodes that died. */
export interface Reaper {
  node: string
  inTouchMs: number
  leaseMs: number
  graceMs: number
}

interface Change {
  seq: number
  kind: 'entered' | 'left' | 'ended'
  session: number
  person: { id: number; username: string }
  since: number
}

/** What a look brings, of one snapshot. */
export interface Look extends Edges {
  /** Whether the epoch is that of this life of the database. */
  known: boolean
  /** The time there. */
  now: number
  entries: EntryRow[]
  firstChange: number
  lastChange: number
  changes: Change[]
  present: PresentSession[] | null
  /** Whether there are nodes to be taken out. */
  overdue: boolean
}

/** All that a follower needs, in one round trip. */
export async function look(sql: Sql, seen: Seen, reaper: Reaper): Promise<Look> {
  const [row] = await sql<Look[]>`
    SELECT ${sql.unsafe(edges)},
      (SELECT incarnation FROM epochs ORDER BY born DESC LIMIT 1)
        IS NOT DISTINCT FROM obrol_incarnation() AS known,
      obrol_now() AS now,
      (SELECT coalesce(json_agg(row ORDER BY row.id), '[]') FROM (
        SELECT * FROM (
          SELECT ${sql.unsafe(entryColumns)}, ${sql.unsafe(bytesBefore)}
          FROM (
            SELECT * FROM entries AS scanned
            WHERE id > ${seen.head}::bigint AND id <= ${seen.head}::bigint + ${SCAN_IDS}
            ORDER BY id LIMIT ${SCAN_IDS}
          ) AS ${sql.unsafe(entryTables)}
        ) AS scanned WHERE before < ${SCAN_BYTES}
      ) AS row) AS entries,
      coalesce((SELECT min(seq) FROM changes), 0) AS "firstChange",
      coalesce((SELECT max(seq) FROM changes), 0) AS "lastChange",
      (SELECT coalesce(json_agg(row ORDER BY row.seq), '[]') FROM (
        SELECT seq, kind, session_id AS session, since,
          json_build_object('id', accounts.id, 'username', accounts.username) AS person
        FROM changes LEFT JOIN accounts ON accounts.id = changes.account_id
        WHERE seq > ${seen.change}::bigint AND ${seen.change}::bigint >= 0
        ORDER BY seq LIMIT ${CHANGES}
      ) AS row) AS changes,
      CASE WHEN ${seen.change}::bigint < 0 THEN (
        SELECT coalesce(json_agg(row ORDER BY row.session), '[]') FROM (
          SELECT session_id AS session, min(since) AS since,
            json_build_object('id', accounts.id, 'username', accounts.username) AS person
          FROM presence JOIN accounts ON accounts.id = presence.account_id
          GROUP BY session_id, accounts.id
        ) AS row)
      END AS present,
      EXISTS (
        SELECT FROM nodes
        WHERE lease_until <= obrol_now() AND id <> ${reaper.node}
          AND ${reaper.inTouchMs}::bigint >= CASE WHEN closed
            THEN ${reaper.graceMs}::bigint ELSE ${reaper.leaseMs}::bigint END
      ) AS overdue`
  return row as Look
}
