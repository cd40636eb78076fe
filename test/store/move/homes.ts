import type { Test } from 'tap'
import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import type { Store } from '../../../src/store/store.ts'

/** Opens the store of a home: a data folder, or a URL of PostgreSQL. */
export async function openHome(t: Test, home: string): Promise<Store> {
  const store = home.includes('://')
    ? await openPostgresStore({
        databaseUrl: home,
        presenceLeaseMs: 15_000,
        graceMs: 10_000,
        maxConnections: 2,
      })
    : await openSqliteStore({ folder: home, onFatal: (error) => void t.fail(error.message) })
  return store
}

/** Opens it, works with it, and closes it again. */
export async function at<Result>(
  t: Test,
  home: string,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openHome(t, home)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
