import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import { Clock, type Site } from '../contract.ts'

/** A database whose clock is the test's. */
export async function openSite(): Promise<Site> {
  const server = await sharedPostgres()
  const { url: databaseUrl, setClock } = await server.clockedDatabase()
  const name = new URL(databaseUrl).pathname.slice(1)
  const copy = `${name}_remembered`
  const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 10_000, maxConnections: 4 }
  return {
    clock: new SetClock(setClock),
    open: () => openPostgresStore(options),
    restart: () => server.run('VACUUM FULL entries', name),
    remember: () => server.copyDatabase(name, copy),
    goBack: () => server.copyDatabase(copy, name),
  }
}

class SetClock extends Clock {
  readonly #set: (now: number) => void

  constructor(set: (now: number) => void) {
    super()
    this.#set = set
    set(this.now())
  }

  override pass(ms: number): void {
    super.pass(ms)
    this.#set(this.now())
  }
}
