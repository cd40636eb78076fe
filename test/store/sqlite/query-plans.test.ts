import t from 'tap'
import { connect } from '../../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { growSqlite } from '../../support/large-database.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { scansOfSqlite } from '../../support/sqlite-plans.ts'

const size = { messages: 20_000, accounts: 2_000, sessions: 1_000, present: 500, keys: 200 }

for (const statistics of ['without', 'with']) {
  t.test(`no statement reads a whole table, ${statistics} statistics`, async (t) => {
    const folder = privateFolder(t)
    await (await openSqliteStore({ folder, onFatal: () => {} })).close()
    const { database } = dataFiles(folder)
    growSqlite(database, size, 'hash')
    const connection = connect(database)
    if (statistics === 'with') connection.exec('ANALYZE')
    connection.close()
    const { asked, scans } = scansOfSqlite(database)
    t.ok(asked.length > 30, `${asked.length} statements`)
    t.same(scans, [])
  })
}
