import t from 'tap'
import { openRoom } from '../support/room.ts'
import { changeStory } from './behaviour/changes.ts'

await t.test('a story of messages that change', (t) => changeStory(t, openRoom))
