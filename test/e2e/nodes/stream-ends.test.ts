import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { streamEnds } from '../behaviour/stream-ends.ts'
import { openCrowd } from './crowd-nodes.ts'

if (postgresRuns) streamEnds(t, openNodes, openCrowd)
