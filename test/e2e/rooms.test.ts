import t from 'tap'
import { openRoom } from '../support/room.ts'
import { roomStory } from './behaviour/chat-rooms.ts'

await t.test('a story of rooms', (t) => roomStory(t, openRoom))
