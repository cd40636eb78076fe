import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { databaseNameOf } from '../../support/database-url.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { Clock, type StoreFixture } from '../contract/fixture.ts'

/** A database whose clock is the test's. */
export async function openFixture(): Promise<StoreFixture> {
  const server = await sharedPostgres()
  const { url: databaseUrl, setClock } = await server.clockedDatabase()
  const name = databaseNameOf(databaseUrl)
  const copy = `${name}_remembered`
  const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 10_000, maxConnections: 4 }
  return {
    clock: new DatabaseClock(setClock),
    isShared: true,
    open: () => openPostgresStore(options),
    restart: () => server.run('VACUUM FULL entries', name),
    takeSnapshot: () => server.copyDatabase(name, copy),
    restoreSnapshot: () => server.copyDatabase(copy, name),
  }
}

class DatabaseClock extends Clock {
  readonly #set: (now: number) => void

  constructor(set: (now: number) => void) {
    super()
    this.#set = set
    set(this.now())
  }

  override advance(ms: number): void {
    super.advance(ms)
    this.#set(this.now())
  }
}
