import t from 'tap'
import { countIndependent } from '../../../src/store/postgres/rooms/independent-calls.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import { ban, create, deleteRoom, put, remove, update } from '../room-commands.ts'

const count = (...commands: RoomCommand[]) =>
  countIndependent(commands.map((command) => ({ session: 1, command, idempotency: null })))

t.test('calls about different rooms and people go together', async (t) => {
  t.equal(count(put('ale', 'ann'), remove('gin', 'bob'), deleteRoom('rum'), update('tea', {})), 4)
})

t.test('what is about a room or a person of an earlier call waits', async (t) => {
  t.equal(count(put('ale', 'ann'), put('gin', 'bob'), put('ale', 'cid'), put('rum', 'dan')), 2)
  t.equal(count(put('ale', 'ann'), ban('gin', 'ann')), 1)
  t.equal(count(deleteRoom('ale'), update('ale', {})), 1)
})

t.test('a room is made alone', async (t) => {
  t.equal(count(create('ale'), create('gin')), 1)
  t.equal(count(put('ale', 'ann'), put('gin', 'bob'), create('rum')), 2)
})
