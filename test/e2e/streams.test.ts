import t from 'tap'
import { openRoom } from '../support/room.ts'
import { streams } from './behaviour/streams.ts'

streams(t, openRoom)
