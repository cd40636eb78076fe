import t from 'tap'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { roomSchedules } from '../behaviour/room-streams.ts'

async function openTwoStores() {
  const databaseUrl = await (await sharedPostgres()).freshDatabase()
  const options = { databaseUrl, presenceLeaseMs: 20_000, graceMs: 1000, onWarning: () => {} }
  return [await openPostgresStore(options), await openPostgresStore(options)]
}

if (postgresRuns) await roomSchedules(t, openTwoStores, 4)
