import t from 'tap'
import { openRoom } from '../support/room.ts'
import { presence } from './behaviour/presence.ts'
import { openCrowd } from './support/crowd-room.ts'

presence(t, openRoom, openCrowd)
