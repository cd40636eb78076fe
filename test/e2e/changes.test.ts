import t from 'tap'
import { openRoom } from '../support/room.ts'
import { changeStory } from './behaviour/changes.ts'

await changeStory(t, openRoom)
