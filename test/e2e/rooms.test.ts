import t from 'tap'
import { openRoom } from '../support/room.ts'
import { roomStory } from './behaviour/chat-rooms.ts'

await roomStory(t, openRoom)
