import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { changeStory } from '../behaviour/changes.ts'

if (postgresRuns) await t.test('a story of messages that change', (t) => changeStory(t, openNodes))
