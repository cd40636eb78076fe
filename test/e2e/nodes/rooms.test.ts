import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { roomStory } from '../behaviour/chat-rooms.ts'

if (postgresRuns) await t.test('a story of rooms', (t) => roomStory(t, openNodes))
