import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { presence } from '../behaviour/presence.ts'
import { openCrowd } from './crowd-nodes.ts'

if (postgresRuns) presence(t, openNodes, openCrowd, 2_000)
