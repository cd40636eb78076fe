import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { answers } from '../behaviour/answers.ts'

if (postgresRuns) answers(t, openNodes)
