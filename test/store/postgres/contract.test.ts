import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { testStore } from '../store-contract.ts'
import { openFixture } from './store-fixture.ts'

if (postgresRuns) testStore('PostgreSQL', openFixture)
else t.pass('PostgreSQL does not run on this platform')
