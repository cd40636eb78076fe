import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { programTokens } from '../behaviour/program-tokens.ts'

if (postgresRuns) programTokens(t, openNodes)
