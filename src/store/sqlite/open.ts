import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import { toStartError } from '../start-error.ts'
import type { Store } from '../store.ts'
import type { OnUpgrade } from '../upgrade-event.ts'
import { connect } from './connection.ts'
import { dataFiles, lockDataDirectory } from './data-directory.ts'
import { beginEpoch } from './log/begin-epoch.ts'
import { migrate } from './migrate.ts'
import { updateNameForms } from './name-forms.ts'
import { createPrivateFile } from './private-files.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'
import { SqliteStore } from './sqlite-store.ts'
import { upgradeIntoNewFile } from './upgrade.ts'
import { UpgradeCopies } from './upgrade-copies.ts'

export interface SqliteOptions {
  /** The data folder; made with mode 0700 where it is not there. */
  folder: string
  /** The store has failed for good: the process must end with a status other than 0. Called once. */
  onFatal: (error: Error) => void
  /** Whole Unix milliseconds; default: the system's clock. */
  now?: (() => number) | undefined
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string | undefined
  /** The most pages of 4 KiB that the database may have; default: as many as the disk holds. */
  maxPages?: number | undefined
  /** Called with what an upgrade of the database does, while it does so. */
  onUpgrade?: OnUpgrade | undefined
}

/** `.ts` in the sources, `.js` in a build. */
const workerModule = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Opens the store of a data folder, and locks the folder until the store is closed.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { folder, now = Date.now, maxPages, onFatal, onUpgrade } = options
  const { database, key } = dataFiles(folder)
  const lock = lockDataDirectory(folder)
  const copies = new UpgradeCopies(database, onUpgrade)
  let store: SqliteStore | undefined
  try {
    prepare(database, now(), options)
    copies.report()
    store = new SqliteStore({
      module: workerModule,
      database,
      now: options.now,
      maxPages,
      onFatal,
      signingKey: () => loadOrCreateSigningKey(key),
      deleteUpgradeCopies: () => copies.deleteExpired(now()),
      releaseLock: () => lock.release(),
    })
    await store.ping()
    return store
  } catch (error) {
    await store?.close()
    lock.release()
    throw toStartError(error, `${database} cannot be opened`)
  }
}

function prepare(database: string, now: number, options: SqliteOptions): void {
  createPrivateFile(database)
  const { migrations, maxPages, onUpgrade } = options
  upgradeIntoNewFile(database, { migrations, maxPages, now, onUpgrade })
  const connection = connect(database)
  try {
    migrate(connection, migrations, onUpgrade)
    updateNameForms(connection)
    beginEpoch(connection, now, randomUUID())
  } finally {
    connection.close()
  }
}
