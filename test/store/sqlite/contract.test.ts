import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { Clock, type StoreFixture } from '../contract/fixture.ts'
import { testStore } from '../store-contract.ts'

testStore('SQLite', async (t: Test): Promise<StoreFixture> => {
  const folder = privateFolder(t)
  const clock = new Clock()
  const database = join(folder, 'obrol.db')
  const copy = join(folder, 'snapshot.db')
  const onFatal = (error: Error) => void t.fail(error.message)
  return {
    clock,
    isShared: false,
    open: () => openSqliteStore({ folder, now: clock.now, onFatal }),
    // Each opening begins a new epoch.
    restart: async () => {},
    takeSnapshot: async () => copyFileSync(database, copy),
    restoreSnapshot: async () => copyFileSync(copy, database),
  }
})
