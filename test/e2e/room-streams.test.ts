import t from 'tap'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { privateFolder } from '../support/private-folder.ts'
import { roomSchedules } from './behaviour/room-streams.ts'

await roomSchedules(
  t,
  async (t) => [
    await openSqliteStore({ folder: privateFolder(t), onFatal: (error) => t.fail(`${error}`) }),
  ],
  10,
)
