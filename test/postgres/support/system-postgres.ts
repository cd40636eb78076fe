/**
 * Makes tests use the system's PostgreSQL with its defaults. It must be imported before anything else.
 */
import { debianPostgres } from '../../support/postgres-binaries.ts'

const named = process.env.OBROL_TEST_POSTGRES ?? debianPostgres()
if (named === undefined) throw new Error('There is no PostgreSQL here: apt-get install postgresql')
process.env.OBROL_TEST_POSTGRES = named
