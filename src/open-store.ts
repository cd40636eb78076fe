import { resolve } from 'node:path'
import { hostsAndDatabase } from './database-url.ts'
import type { Settings } from './settings.ts'
import type { PostgresOptions } from './store/postgres/open.ts'
import { type DataDirectoryLock, lockDataDirectory } from './store/sqlite/data-directory.ts'
import type { SqliteOptions } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'
import type { OnUpgrade } from './store/upgrade-event.ts'

/** Options of the stores that are not settings. */
export interface StoreTuning {
  /** The most pages of 4 KiB that SQLite's database may have, instead of what the disk holds. */
  maxPages?: number
  /** Intervals, timeouts and the number of connections. */
  postgres?: Partial<Omit<PostgresOptions, 'databaseUrl' | 'onWarning' | 'onUpgrade'>>
  /** Wraps the store, for tests. */
  around?: (store: Store, callbacks: StoreCallbacks) => Store
}

export interface StoreCallbacks {
  /** The store has failed for good: the process must end. */
  onFatal: SqliteOptions['onFatal']
  /** Called with one sentence about what the operator should change. */
  onWarning: (warning: string) => void
  /** Called with what an upgrade of the store does, while it does so. */
  onUpgrade: OnUpgrade
}

type StoreSettings = Pick<
  Settings,
  'databaseUrl' | 'dataDir' | 'presenceLeaseMs' | 'presenceGraceMs'
>

/** @throws {StartError} */
export async function openStore(
  { databaseUrl, dataDir, presenceLeaseMs, presenceGraceMs }: StoreSettings,
  { around = (store) => store, maxPages, postgres, ...callbacks }: StoreTuning & StoreCallbacks,
): Promise<Store> {
  const { onFatal, onWarning, onUpgrade } = callbacks
  const store = await (databaseUrl === undefined
    ? openSqlite({ folder: dataDir, maxPages, onFatal, onUpgrade })
    : openPostgres({
        databaseUrl,
        presenceLeaseMs,
        graceMs: presenceGraceMs,
        onWarning,
        onUpgrade,
        ...postgres,
      }))
  return around(store, callbacks)
}

// Each store loads a driver, which takes memory: only the one that is used.

async function openSqlite(options: SqliteOptions): Promise<Store> {
  const { openSqliteStore } = await import('./store/sqlite/open.ts')
  return openSqliteStore(options)
}

async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { openPostgresStore } = await import('./store/postgres/open.ts')
  return openPostgresStore(options)
}

/**
 * Locks a folder for what this process makes in it. Undefined for the data folder of a store on SQLite, which
 * has locked that.
 *
 * @throws {StartError} where another process has the lock, or the folder is open to others
 */
export function lockFolder(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  folder: string,
): DataDirectoryLock | undefined {
  const isLocked = databaseUrl === undefined && resolve(folder) === resolve(dataDir)
  return isLocked ? undefined : lockDataDirectory(folder)
}

/** The location of the data for the server's log: without user name and password. */
export function storeLocation({ databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>) {
  if (databaseUrl === undefined) return { dataDir }
  return { database: hostsAndDatabase(databaseUrl) }
}
