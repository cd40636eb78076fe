/** Figures are taken on Debian's PostgreSQL where it is installed: imported before what finds one. */
import { debianPostgres } from '../../test/support/postgres-binaries.ts'

const found = debianPostgres()
if (found !== undefined) process.env.OBROL_TEST_POSTGRES ??= found
