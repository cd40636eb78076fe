import t from 'tap'
import { roomNameFrom } from '../../../src/web/state/room-name.ts'

t.test('the name of a room follows from its title', async (t) => {
  t.equal(roomNameFrom('Tea & biscuits'), 'tea-biscuits')
  t.equal(roomNameFrom('  The 2nd_floor! '), 'the-2nd_floor')
  t.equal(roomNameFrom('Чай и печенье'), 'чай-и-печенье')
  t.equal(roomNameFrom('…'), '')
  t.equal(roomNameFrom('._-x'), 'x')
  t.equal(roomNameFrom(`${'ab '.repeat(20)}`), 'ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab')
})
