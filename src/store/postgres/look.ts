import type { EntryRow } from '../entry-row.ts'
import { SCAN_BYTES, SCAN_IDS } from '../scan.ts'
import type { PresentSession } from '../store.ts'
import { numbersIn, type Sql } from './connection.ts'
import { type Edges, edges } from './log/extent.ts'
import { upToBytes } from './log/rows.ts'

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

/** What those present are, when they are wanted all; otherwise nobody is asked for. */
const everyonePresent = `
  (SELECT coalesce(json_agg(row ORDER BY row.session), '[]') FROM (
    SELECT session_id AS session, min(since) AS since,
      (SELECT json_build_object('id', accounts.id, 'username', accounts.username)
       FROM accounts WHERE accounts.id = min(account_id)) AS person
    FROM presence GROUP BY session_id
  ) AS row)`

/**
 * Entries as a look brings them: a list for each column, and each person's name once. A row of JSON
 * for each entry, and its people's names looked up for it, would take PostgreSQL twice as long.
 */
interface Columns {
  ids: string
  texts: string[]
  sentAts: string
  senders: string
  /** 0: to everyone. */
  recipients: string
  people: string
  names: string[]
}

/** All that a follower needs, in one round trip. */
export async function look(sql: Sql, seen: Seen, reaper: Reaper): Promise<Look> {
  const [row] = await sql<(Omit<Look, 'entries'> & Columns)[]>`
    WITH unseen AS MATERIALIZED (
      SELECT * FROM entries
      WHERE id > ${seen.head}::bigint AND id <= ${seen.head}::bigint + ${SCAN_IDS}
      ORDER BY id LIMIT ${sql.unsafe(`${SCAN_IDS}`)}
    ),
    told AS MATERIALIZED (
      SELECT * FROM ${sql.unsafe(upToBytes('unseen', `< ${SCAN_BYTES}`))} ORDER BY id
    ),
    columns AS (
      SELECT coalesce(array_agg(id), '{}') AS ids,
        coalesce(json_agg(text), '[]') AS texts,
        coalesce(array_agg(sent_at), '{}') AS "sentAts",
        coalesce(array_agg(sender_id), '{}') AS senders,
        coalesce(array_agg(coalesce(recipient_id, 0)), '{}') AS recipients
      FROM told
    ),
    named AS (
      SELECT coalesce(array_agg(id), '{}') AS people, coalesce(json_agg(username), '[]') AS names
      FROM (
        SELECT sender_id AS person FROM told
        UNION SELECT recipient_id FROM told WHERE recipient_id IS NOT NULL
      ) AS those
      CROSS JOIN LATERAL (
        SELECT id, username FROM accounts WHERE accounts.id = person LIMIT 1
      ) AS account
    ),
    happened AS MATERIALIZED (
      SELECT * FROM changes
      WHERE seq > ${seen.change}::bigint AND seq <= ${seen.change}::bigint + ${CHANGES}
        AND ${seen.change}::bigint >= 0
      ORDER BY seq LIMIT ${sql.unsafe(`${CHANGES}`)}
    )
    SELECT ${sql.unsafe(edges)},
      (SELECT incarnation FROM epochs ORDER BY born DESC LIMIT 1)
        IS NOT DISTINCT FROM obrol_incarnation() AS known,
      obrol_now() AS now,
      ids, texts, "sentAts", senders, recipients, people, names,
      (SELECT changes_up_to + 1 FROM swept) AS "firstChange",
      coalesce((SELECT max(seq) FROM changes), 0) AS "lastChange",
      (SELECT coalesce(json_agg(row ORDER BY row.seq), '[]') FROM (
        SELECT seq, kind, session_id AS session, since,
          (SELECT json_build_object('id', accounts.id, 'username', accounts.username)
           FROM accounts WHERE accounts.id = account_id) AS person
        FROM happened
      ) AS row) AS changes,
      ${sql.unsafe(seen.change < 0 ? everyonePresent : 'NULL')} AS present,
      EXISTS (
        SELECT FROM nodes
        WHERE lease_until <= obrol_now() AND id <> ${reaper.node}
          AND ${reaper.inTouchMs}::bigint >= CASE WHEN closed
            THEN ${reaper.graceMs}::bigint ELSE ${reaper.leaseMs}::bigint END
      ) AS overdue
    FROM columns, named`
  const found = row as Omit<Look, 'entries'> & Columns
  return { ...found, entries: entriesOf(found) }
}

function entriesOf({ texts, names, ...columns }: Columns): EntryRow[] {
  const [ids, sentAts, senders, recipients, people] = (
    ['ids', 'sentAts', 'senders', 'recipients', 'people'] as const
  ).map((column) => numbersIn(columns[column])) as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ]
  const nameOf = new Map(people.map((person, at) => [person, names[at] as string]))
  return ids.map((id, at) => {
    const senderId = senders[at] as number
    const recipientId = recipients[at] as number
    return {
      id,
      text: texts[at] as string,
      sentAt: sentAts[at] as number,
      senderId,
      sender: nameOf.get(senderId) as string,
      recipientId: recipientId === 0 ? null : recipientId,
      recipient: nameOf.get(recipientId) ?? null,
    }
  })
}
