import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns } from '../../support/postgres.ts'
import { conversationStory, trimmedConversations } from '../behaviour/conversations.ts'

if (postgresRuns) {
  await t.test('a story of conversations', (t) => conversationStory(t, openNodes))
  await t.test('conversations after trimming', (t) => trimmedConversations(t, openNodes))
}
