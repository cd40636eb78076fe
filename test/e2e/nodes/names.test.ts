import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { names } from '../behaviour/names.ts'

if (postgresRuns) await names(t, openNodes)
