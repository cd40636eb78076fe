import t from 'tap'
import { openRoom } from '../support/room.ts'
import { story } from './behaviour/story.ts'

await story(t, openRoom)
