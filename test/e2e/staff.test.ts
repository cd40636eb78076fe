import t from 'tap'
import { openRoom } from '../support/room.ts'
import { staff } from './behaviour/staff.ts'

staff(t, openRoom)
