import t, { type Test } from 'tap'
import { type Connection, connect } from '../../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { createReader } from '../../../src/store/sqlite/reader.ts'
import { privateFolder } from '../../support/private-folder.ts'

/** Rooms with even audience ids are of the person (1), the others not. */
const rooms = 400

interface Log {
  /** Messages in the rooms of the person. */
  own: number
  /** Messages in the other rooms, after them. */
  others: number
  /** In the rooms of the person, after all messages. */
  reactions?: number
}

/** A log whose entries are spread over rooms. */
async function logOf(t: Test, { own, others, reactions = 0 }: Log) {
  const folder = privateFolder(t)
  await (await openSqliteStore({ folder, onFatal: t.fail })).close()
  const connection = connect(dataFiles(folder).database)
  t.teardown(() => connection.close())
  fill(connection, own, others, reactions)
  return createReader(connection, Date.now)
}

function fill(connection: Connection, own: number, others: number, reactions: number): void {
  const numbers = (count: number) =>
    `(WITH RECURSIVE numbers (n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count}) SELECT n FROM numbers)`
  connection.exec(`
    BEGIN;
    INSERT INTO accounts (id, username, key, password_hash, created_at)
    VALUES (1, 'ann', 'ann', '', 0), (2, 'bob', 'bob', '', 0);
    INSERT INTO audiences (id, type) SELECT 1 + n, 'room' FROM ${numbers(rooms)};
    INSERT INTO rooms (audience_id, name, key, title, topic, access, history, archived,
                       member_count, created_at)
    SELECT 1 + n, 'room' || n, 'room' || n, '', '', 'private', 'all', 0, 1, 0 FROM ${numbers(rooms)};
    INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
    SELECT 2 - n % 2, 1 + n, 1, 'member', 1, 0 FROM ${numbers(rooms)};
    INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at)
    SELECT n, 'message',
           CASE WHEN n <= ${own} THEN 2 + n % ${rooms / 2} * 2 ELSE 3 + n % ${rooms / 2 - 1} * 2 END,
           2, 'hi', n
    FROM ${numbers(own + others)};
    INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at, ref_id)
    SELECT ${own + others} + n, 'reaction-added', 2 + n % ${rooms / 2} * 2, 2, '👍', n, 1
    FROM ${numbers(reactions)} WHERE ${reactions} > 0;
    COMMIT;`)
}

/** The shortest of many runs, in ms: what others do on the machine only adds to it. */
function shortest(work: () => unknown): number {
  const times = Array.from({ length: 60 }, () => {
    const begin = performance.now()
    work()
    return performance.now() - begin
  })
  return Math.min(...times)
}

t.test('what others said costs nothing', async (t) => {
  const own = 20_000
  const [quiet, loud] = [
    await logOf(t, { own, others: 1_000 }),
    await logOf(t, { own, others: 200_000 }),
  ]
  for (const [name, call] of [
    ['read', (reader: typeof quiet) => reader.read(own - 100, 1).entries],
    ['page', (reader: typeof quiet) => reader.page(1, { limit: 100 })?.entries],
    [
      'page of a room',
      (reader: typeof quiet) => reader.page(1, { limit: 100, inRoom: 'room1' })?.entries,
    ],
  ] as const) {
    t.equal(call(loud)?.length, 100, name)
    t.same(call(loud), call(quiet))
    const [few, many] = [shortest(() => call(quiet)), shortest(() => call(loud))]
    t.ok(many < 5 * few, `${name}: ${many} ms against ${few} ms`)
  }
})

t.test('of many long histories no more is read than fits', async (t) => {
  const [short, long] = [
    await logOf(t, { own: 20_000, others: 0 }),
    await logOf(t, { own: 400_000, others: 0 }),
  ]
  for (const [name, call] of [
    ['read', (reader: typeof short) => reader.read(0, 1).entries.length],
    ['page', (reader: typeof short) => reader.page(1, { limit: 200 })?.entries.length],
    [
      'page before',
      (reader: typeof short) => reader.page(1, { limit: 200, before: 19_000 })?.entries.length,
    ],
    [
      'page after',
      (reader: typeof short) => reader.page(1, { limit: 200, after: 1_000 })?.entries.length,
    ],
  ] as const) {
    t.equal(call(long), name === 'read' ? 1_000 : 200, name)
    const [few, many] = [shortest(() => call(short)), shortest(() => call(long))]
    t.ok(many < 5 * few, `${name}: ${many} ms against ${few} ms`)
  }
})

t.test('reactions after the newest messages cost nothing', async (t) => {
  const [quiet, loud] = [
    await logOf(t, { own: 20_000, others: 0 }),
    await logOf(t, { own: 20_000, others: 0, reactions: 200_000 }),
  ]
  const ann = { id: 1, username: 'ann' }
  for (const [name, length, call] of [
    ['page', 100, (reader: typeof quiet) => reader.page(1, { limit: 100 })?.entries],
    [
      'conversations',
      50,
      (reader: typeof quiet) =>
        reader
          .listConversations(ann, { before: null, limit: 50 })
          .conversations.map((conversation) => ({ ...conversation, asOf: 0 })),
    ],
  ] as const) {
    t.equal(call(loud)?.length, length, name)
    t.same(call(loud), call(quiet))
    const [few, many] = [shortest(() => call(quiet)), shortest(() => call(loud))]
    t.ok(many < 5 * few, `${name}: ${many} ms against ${few} ms`)
  }
})
