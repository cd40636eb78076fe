import t from 'tap'
import { openRoom } from '../support/room.ts'
import { conversationStory, trimmedConversations } from './behaviour/conversations.ts'

await t.test('a story of conversations', (t) => conversationStory(t, openRoom))
await t.test('conversations after trimming', (t) => trimmedConversations(t, openRoom))
