import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { streams } from '../behaviour/streams.ts'

if (postgresRuns) streams(t, openNodes)
