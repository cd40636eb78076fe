import t from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import { connect } from '../../../src/store/sqlite/connection.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { SessionQueries } from '../../../src/store/sqlite/sessions.ts'
import { privateFolder } from '../../support/private-folder.ts'

t.test('a session never gets the id of another', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  const account = { username: 'ann', key: 'ann', skeletons: ['ann'], passwordHash: 'x' }
  const first = (await store.accounts.register(account, 1000)) as Session
  await store.close()
  const connection = connect(dataFiles(folder).database)
  t.teardown(() => connection.close())
  const drawn = [first.id, first.id, 7]
  const sessions = new SessionQueries(connection, () => drawn.shift() as number)
  t.equal(sessions.open(first.account.id, 1000, first.createdAt), 7)
  t.same(sessions.alive(first.id, first.createdAt), first)
})
