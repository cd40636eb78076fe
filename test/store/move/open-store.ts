import type { Test } from 'tap'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import type { Store } from '../../../src/store/store.ts'

/** @param address a data folder, or a URL of PostgreSQL */
export async function openStoreAt(t: Test, address: string): Promise<Store> {
  return address.includes('://')
    ? openPostgresStore({
        databaseUrl: address,
        presenceLeaseMs: 15_000,
        graceMs: 10_000,
        maxConnections: 2,
      })
    : openSqliteStore({ folder: address, onFatal: (error) => void t.fail(error.message) })
}

/** Closes the store after the work. */
export async function withStoreAt<Result>(
  t: Test,
  address: string,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStoreAt(t, address)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
