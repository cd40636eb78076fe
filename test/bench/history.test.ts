import t from 'tap'
import {
  Audiences,
  type History,
  makeHistory,
  missed,
  pagedRoom,
} from '../../bench/servers/history.ts'
import { connect } from '../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../src/store/sqlite/data-directory.ts'

/** What the bench expects of a grown database is what that database holds. */

const history: History = {
  entries: 6_000,
  seenUpTo: 1_000,
  accounts: 60,
  rooms: 30,
  roomsEach: 5,
  conversations: 80,
  viewer: { rooms: 4, conversations: 7 },
}

t.test('a grown database', async (t) => {
  const { folder, people } = await makeHistory(history)
  const connection = connect(dataFiles(folder.path).database, { readonly: true })
  t.teardown(() => connection.close())
  const ids = (sql: string) => connection.prepare<[], number>(sql).pluck().all()
  const audiences = new Audiences(history)
  t.equal(people.length, 2)

  t.test('is whole', async (t) => {
    t.same(connection.pragma('foreign_key_check'), [])
    t.same(connection.pragma('integrity_check'), [{ integrity_check: 'ok' }])
    t.same(ids('SELECT count(*) FROM entries'), [history.entries])
    t.same(ids('SELECT count(*) FROM accounts'), [history.accounts])
    t.same(ids('SELECT count(*) FROM members WHERE joined_id > 0'), [4 + 59 * 5])
    t.same(ids("SELECT count(*) FROM audiences WHERE type = 'direct'"), [87])
    const counts = `
      SELECT name FROM rooms WHERE member_count <> (
        SELECT count(*) FROM members WHERE members.audience_id = rooms.audience_id)`
    t.same(ids(counts), [])
  })

  t.test('has the messages that its viewer missed, scattered among those of others', async (t) => {
    const visible = ids(`
      SELECT id FROM entries WHERE id > ${history.seenUpTo} AND audience_id IN (
        SELECT audience_id FROM members WHERE account_id = 1) ORDER BY id`)
    t.equal(visible.length, missed)
    t.same(audiences.missedIds(), visible)
  })

  t.test('has the conversations that its viewer lists', async (t) => {
    const newest = connection
      .prepare(
        `SELECT coalesce('room:' || name, 'direct:' || username) AS id, max(entries.id) AS lastId
         FROM members
         JOIN entries USING (audience_id)
         LEFT JOIN rooms USING (audience_id)
         LEFT JOIN audiences ON audiences.id = audience_id AND low_id = 1
         LEFT JOIN accounts ON accounts.id = high_id
         WHERE account_id = 1 GROUP BY audience_id ORDER BY lastId DESC LIMIT 9`,
      )
      .all()
    t.equal(newest.length, 9)
    t.same(audiences.newestConversations(9), newest)
  })

  t.test('has the pages that its second person reads', async (t) => {
    const room = ids(`
      SELECT entries.id FROM entries JOIN rooms USING (audience_id)
      WHERE name = 'room${pagedRoom(history)}' ORDER BY id`)
    const conversation = ids(`
      SELECT entries.id FROM entries JOIN audiences ON audiences.id = audience_id
      WHERE low_id = 2 AND high_id = 3 ORDER BY entries.id`)
    t.ok(room.length > 300 && conversation.length > 300)
    t.same(audiences.pagedIds(pagedRoom(history)), room)
    t.same(audiences.pagedIds(-1 - history.viewer.conversations), conversation)
  })
})
