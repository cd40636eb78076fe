/** Uses Debian's PostgreSQL if it is installed. Must be imported before the module that finds one. */
import { debianPostgres } from '../../test/support/postgres-binaries.ts'

const found = debianPostgres()
if (found !== undefined) process.env.OBROL_TEST_POSTGRES ??= found
