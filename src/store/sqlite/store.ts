import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Store } from '../store.ts'
import { connect } from './connection.ts'
import { createPrivateFile, dataFiles, lockDataDirectory } from './data-directory.ts'
import { migrate } from './migrate.ts'
import { updateNameForms } from './name-forms.ts'
import { beginEpoch } from './next-epoch.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface SqliteOptions {
  /** The data folder; made with mode 0700 where it is not there. */
  folder: string
  /** The store can no longer keep its promises: the process must end, non-zero. Called once. */
  onFatal: (error: Error) => void
  /** Unix milliseconds, whole; default: the system's clock. */
  now?: (() => number) | undefined
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string | undefined
  /** The most pages of 4 KiB that the database may have; default: as many as the disk holds. */
  maxPages?: number | undefined
}

/** A build renames the modules: the thread's has the extension that this one has. */
const workerModule = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Opens the store of a data folder, which this process then has for itself until it closes it.
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
    if (error instanceof StartError) throw error
    throw new StartError(`${database} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    })
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
