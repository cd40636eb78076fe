import type { Settings } from './config.ts'
import { hostsAndDatabase } from './database-url.ts'
import type { PostgresOptions } from './store/postgres/store.ts'
import type { SqliteOptions } from './store/sqlite/store.ts'
import type { Store } from './store/store.ts'

/** Bounds of the stores that are no settings. */
export interface StoreTuning {
  /** The most pages of 4 KiB that SQLite's database may have, instead of what the disk holds. */
  maxPages?: number
  /** The times by which the store on PostgreSQL goes, and how many connections it holds. */
  postgres?: Partial<Omit<PostgresOptions, 'databaseUrl' | 'onWarning'>>
  /** Puts something between the store and the server, or between it and what it tells. */
  around?: (store: Store, listeners: StoreListeners) => Store
}

export interface StoreListeners {
  /** The store has failed for good: the process must end. */
  onFatal: SqliteOptions['onFatal']
  /** Something that the operator should change, in one sentence. */
  onWarning: (warning: string) => void
}

type StoreSettings = Pick<
  Settings,
  'databaseUrl' | 'dataDir' | 'presenceLeaseMs' | 'presenceGraceMs'
>

/**
 * The store that the settings name.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openStore(
  settings: StoreSettings,
  { around = (store) => store, ...options }: StoreTuning & StoreListeners,
): Promise<Store> {
  return around(await open(settings, options), options)
}

/** Loads the one store that is used: each brings a driver, which takes memory. */
async function open(
  { databaseUrl, dataDir, presenceLeaseMs, presenceGraceMs }: StoreSettings,
  { maxPages, postgres, onFatal, onWarning }: Omit<StoreTuning, 'around'> & StoreListeners,
): Promise<Store> {
  if (databaseUrl === undefined) {
    const { openSqliteStore } = await import('./store/sqlite/store.ts')
    return openSqliteStore({ folder: dataDir, maxPages, onFatal })
  }
  const { openPostgresStore } = await import('./store/postgres/store.ts')
  return openPostgresStore({
    databaseUrl,
    presenceLeaseMs,
    graceMs: presenceGraceMs,
    onWarning,
    ...postgres,
  })
}

/** Where everything is kept, as a log may tell it: never with a name or a password. */
export function storeLocation({ databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>) {
  if (databaseUrl === undefined) return { dataDir }
  return { database: hostsAndDatabase(databaseUrl) }
}
