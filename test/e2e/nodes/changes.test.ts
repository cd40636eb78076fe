import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { changeStory } from '../behaviour/changes.ts'

if (postgresRuns) await changeStory(t, openNodes)
