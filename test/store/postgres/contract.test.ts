import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { storeContract } from '../store-contract.ts'
import { openFixture } from './store-fixture.ts'

if (postgresRuns) storeContract('PostgreSQL', openFixture)
else t.pass('PostgreSQL does not run on this platform')
