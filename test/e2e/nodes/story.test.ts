import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { story } from '../behaviour/story.ts'

if (postgresRuns) await story(t, openNodes)
