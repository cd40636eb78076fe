import Database from 'better-sqlite3'
import t from 'tap'
import { filesOf } from '../../../src/store/sqlite/folder.ts'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import type { Session } from '../../../src/store/store.ts'

const deadlineMs = 5_000

t.test(
  'an answer that was heard in a turn is seen by what is asked later in that turn',
  async (t) => {
    const folder = t.testdir()
    const store = await openSqliteStore({ folder, onFatal: t.fail })
    t.teardown(() => store.close())
    const { id } = (await store.register(
      { username: 'ann', key: 'ann', passwordHash: 'x' },
      3_600_000,
    )) as Session
    const other = new Database(filesOf(folder).database)
    t.teardown(() => other.close())
    // The writer is held up until something was asked in the turn in which its answer will come.
    other.exec('BEGIN IMMEDIATE')
    const ended = store.endSession(id)
    const later = ended.then(() => store.session(id))
    await new Promise((resolve) => setImmediate(resolve))
    const before = await new Promise<Session | undefined>((resolve) => {
      setTimeout(() => {
        resolve(store.session(id))
        other.exec('COMMIT')
        const kept = other.prepare('SELECT count(*) FROM sessions').pluck()
        const deadline = Date.now() + deadlineMs
        while (kept.get() !== 0 && Date.now() < deadline);
      }, 0)
    })
    t.equal(before?.id, id, 'it was there when the turn began')
    t.equal(await ended, true)
    t.equal(await later, undefined, 'and is not any more')
  },
)
