import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import { storeContract } from '../contract.ts'
import { openSite } from './site.ts'

if (postgresRuns) storeContract('PostgreSQL', openSite)
else t.pass('PostgreSQL does not run on this platform')
