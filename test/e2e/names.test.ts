import t from 'tap'
import { openRoom } from '../support/room.ts'
import { names } from './behaviour/names.ts'

await names(t, openRoom)
