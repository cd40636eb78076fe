import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { staff } from '../behaviour/staff.ts'

if (postgresRuns) staff(t, openNodes)
