/**
 * Databases of any size, made by SQL in a moment: people who talk to everyone, to one another and in
 * rooms, with sessions, idempotency keys and someone who is online.
 */
import { type Connection, connect } from '../../src/store/sqlite/connection.ts'

/** How large. */
export interface Size {
  messages: number
  accounts: number
  /** Each of another account, alive. */
  sessions: number
  /** Of the sessions. */
  present: number
  /** Idempotency keys of the first account; as many again are of one account each. */
  keys: number
}

/** Tables that grow with what people say and do; the others have a row for each server, or one. */
export const growing: ReadonlySet<string> = new Set([
  'accounts',
  'audiences',
  'changes',
  'counts',
  'entries',
  'idempotency_keys',
  'members',
  'mentions',
  'presence',
  'reactions',
  'read_markers',
  'room_bans',
  'room_skeletons',
  'rooms',
  'sessions',
  'tickets',
])

/** The name of the nth account, from 1; it is its key as well. */
export function personNamed(nth: number): string {
  return `person${nth}`
}

/** Over how long they have talked, and how long sessions still last, in ms. */
const span = 30 * 24 * 3_600_000

/** Numbers below 2^52 that look drawn by chance, and are never the same. */
const scattered = 'n * 2862933555777 % 4503599627370449'

/**
 * What both dialects share: who says what to whom. Three of ten messages are to one person, two to a
 * room.
 */
const sender = ({ accounts }: Size) => `1 + n * 7919 % ${accounts}`
const recipient = ({ accounts }: Size) =>
  `CASE WHEN n % 10 < 3 THEN 1 + n * 104729 % ${accounts} END`
const inRoom = 'n % 10 IN (3, 4)'

const roomMembers = 20
const roomsOf = ({ accounts }: Size) => Math.min(1_000, Math.ceil(accounts / 4))
const text = `'message ' || n || ': so many words that it is as long as most of them are, and a few more besides'`
/** Keys are of the newest messages, which are younger than a day. */
const sentAt = ({ messages }: Size, now: number) =>
  `${now} - (${messages} - n) * ${span} / ${messages}`

/** Rows of one number `n` each, from `from` to `count`. */
type UpTo = (count: number, from?: number) => string

/** @param no false, as the dialect writes it */
function logOf(size: Size, now: number, upTo: UpTo, no: string): string {
  const { messages, accounts, keys } = size
  const rooms = roomsOf(size)
  return `
    INSERT INTO audiences (id, type)
    SELECT 1 + n, 'room' FROM ${upTo(rooms)};
    INSERT INTO rooms (audience_id, name, key, title, topic, access, history, archived, member_count, created_at)
    SELECT 1 + n, 'room' || n, 'room' || n, 'Room ' || n, '', CASE WHEN n % 3 = 0 THEN 'private' ELSE 'open' END,
      'all', ${no}, ${roomMembers}, ${now - span}
    FROM ${upTo(rooms)};
    INSERT INTO room_skeletons (skeleton, audience_id)
    SELECT 'room' || n, 1 + n FROM ${upTo(rooms)};
    INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
    SELECT 1 + (n * 7 + n / ${rooms}) % ${accounts}, 2 + n % ${rooms}, 1,
      CASE WHEN n < ${rooms} THEN 'owner' ELSE 'member' END,
      1 + (n * 7 + n / ${rooms}) % ${accounts}, ${now - span}
    FROM ${upTo(rooms * roomMembers - 1, 0)} ORDER BY 1, 2;
    INSERT INTO room_bans (audience_id, account_id, by_id, at)
    SELECT 2 + n % ${rooms}, n, 1, ${now - span} FROM ${upTo(Math.min(accounts, 5_000))};

    INSERT INTO audiences (id, type, low_id, high_id)
    SELECT ${rooms + 1} + row_number() OVER (ORDER BY min(n)), 'direct', low, high
    FROM (
      SELECT n, CASE WHEN one < other THEN one ELSE other END AS low,
        CASE WHEN one < other THEN other ELSE one END AS high
      FROM (SELECT n, ${sender(size)} AS one, ${recipient(size)} AS other FROM ${upTo(messages)}) AS said
      WHERE other IS NOT NULL
    ) AS pairs GROUP BY low, high;
    INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
    SELECT low_id, id, 0, 'member', low_id, ${now - span} FROM audiences WHERE type = 'direct'
    UNION SELECT high_id, id, 0, 'member', low_id, ${now - span} FROM audiences WHERE type = 'direct';
    INSERT INTO entries (id, kind, audience_id, actor_id, target_id, text, sent_at)
    SELECT n, 'message', coalesce(audiences.id, CASE WHEN ${inRoom} THEN 2 + n % ${rooms} ELSE 1 END),
      one, other, ${text}, ${sentAt(size, now)}
    FROM (SELECT n, ${sender(size)} AS one, ${recipient(size)} AS other FROM ${upTo(messages)}) AS said
    LEFT JOIN audiences ON low_id = CASE WHEN one < other THEN one ELSE other END
      AND high_id = CASE WHEN one < other THEN other ELSE one END
    ORDER BY n;
    INSERT INTO reactions (message_id, emoji, account_id, entry_id)
    SELECT n, '👍', 1 + n % ${accounts}, n FROM ${upTo(Math.min(messages, 5_000))};
    INSERT INTO read_markers (account_id, audience_id, read_up_to, muted)
    SELECT id, 1, 0, ${no} FROM accounts
    UNION ALL SELECT account_id, audience_id, joined_id, ${no} FROM members ORDER BY 1, 2;
    INSERT INTO mentions (account_id, audience_id, message_id)
    SELECT 1 + n % ${accounts}, 1, n FROM ${upTo(Math.min(messages, 5_000))} ORDER BY 1, 3;
    INSERT INTO idempotency_keys (entry_id, account_id, key, digest)
    SELECT n, CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + n % ${accounts - 1} END, 'key ' || n, 'digest'
    FROM ${upTo(messages, messages - 2 * keys + 1)};`
}

/**
 * Statements that fill a database of PostgreSQL with this version's schema, in which no server has
 * run. It is left without statistics.
 *
 * @param passwordHash of everyone, as a PHC string
 */
export function growthOfPostgres(size: Size, passwordHash: string, now = Date.now()): string {
  const { messages, accounts, sessions, present } = size
  const upTo: UpTo = (count, from = 1) => `generate_series(${from}, ${count}::bigint) AS n`
  return `
    -- Accounts come from here alone: there are no two that look alike.
    SET obrol.names = 'checked';
    SET synchronous_commit = off;
    INSERT INTO accounts (username, key, password_hash, created_at)
    SELECT 'person' || n, 'person' || n, '${passwordHash}', ${now - span} FROM ${upTo(accounts)};
    INSERT INTO sessions (id, account_id, created_at, expires_at)
    SELECT ${scattered}, n, ${second(now - span)}, ${second(now + span)} + n * 1000
    FROM ${upTo(sessions)};
    ${logOf(size, now, upTo, 'false')}
    INSERT INTO nodes (id, lease_until, version) VALUES ('elsewhere', ${now + span}, 6);
    INSERT INTO presence (session_id, node_id, account_id, since)
    SELECT ${scattered}, 'elsewhere', n, ${now - 60_000} FROM ${upTo(present)};
    INSERT INTO changes (seq, kind, session_id, account_id, since, at)
    SELECT n, 'entered', ${scattered}, n, ${now - 60_000}, ${now - 60_000} FROM ${upTo(present)};
    INSERT INTO tickets (ticket, kinds, ids, at)
    SELECT 'ticket ' || n, '{appended}', ARRAY[n], ${now} FROM ${upTo(Math.min(messages, 10_000))};
    INSERT INTO counts (key, count, ends_at)
    SELECT 'address ' || n, 1, ${now + span} FROM ${upTo(Math.min(accounts, 10_000))};
    SELECT setval(pg_get_serial_sequence('accounts', 'id'), ${accounts});
    SELECT setval(pg_get_serial_sequence('audiences', 'id'), max(id)) FROM audiences;
    RESET synchronous_commit;
    RESET obrol.names;`
}

/**
 * Fills a file of SQLite with this version's schema, on which no server runs.
 *
 * @param passwordHash of everyone, as a PHC string
 */
export function growSqlite(file: string, size: Size, passwordHash: string, now = Date.now()): void {
  const { accounts, sessions, present } = size
  const upTo: UpTo = (count, from = 1) =>
    `(WITH RECURSIVE numbers (n) AS (
        SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count}
      ) SELECT n FROM numbers)`
  const connection: Connection = connect(file)
  connection.pragma('cache_size = -200000')
  connection.exec(`
    BEGIN;
    INSERT INTO accounts (id, username, key, password_hash, created_at)
    SELECT n, 'person' || n, 'person' || n, '${passwordHash}', ${now - span} FROM ${upTo(accounts)};
    INSERT INTO sessions (id, account_id, created_at, expires_at)
    SELECT ${scattered}, n, ${second(now - span)}, ${second(now + span)} + n * 1000
    FROM ${upTo(sessions)} ORDER BY 1;
    ${logOf(size, now, upTo, '0')}
    INSERT INTO presence (account_id, session_id, since)
    SELECT n, ${scattered}, ${now - 60_000} FROM ${upTo(present)};
    COMMIT;`)
  connection.close()
}

function second(ms: number): number {
  return ms - (ms % 1_000)
}
