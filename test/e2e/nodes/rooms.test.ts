import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { roomStory } from '../behaviour/chat-rooms.ts'

if (postgresRuns) await roomStory(t, openNodes)
