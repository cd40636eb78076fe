import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import { toStartError } from '../start-error.ts'
import type { Store } from '../store.ts'
import { connect } from './connection.ts'
import { dataFiles, lockDataDirectory } from './data-directory.ts'
import { beginEpoch } from './log/begin-epoch.ts'
import { migrate } from './migrate.ts'
import { updateNameForms } from './name-forms.ts'
import { createPrivateFile } from './private-files.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'
import { SqliteStore } from './sqlite-store.ts'

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
}

/** `.ts` in the sources, `.js` in a build. */
const workerModule = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Opens the store of a data folder, and locks the folder until the store is closed.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { folder, now, maxPages, onFatal } = options
  const { database, key } = dataFiles(folder)
  const lock = lockDataDirectory(folder)
  let store: SqliteStore | undefined
  try {
    await prepare(database, (now ?? Date.now)(), options.migrations)
    store = new SqliteStore({
      module: workerModule,
      database,
      now,
      maxPages,
      onFatal,
      signingKey: () => loadOrCreateSigningKey(key),
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

async function prepare(database: string, now: number, migrations?: string): Promise<void> {
  createPrivateFile(database)
  const connection = connect(database)
  try {
    await migrate(connection, migrations)
    updateNameForms(connection)
    beginEpoch(connection, now, randomUUID())
  } finally {
    connection.close()
  }
}
