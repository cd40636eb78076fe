import t from 'tap'
import { formatCursor, parseCursor } from '../../src/delivery/cursor.ts'

t.test('a formatted cursor parses to the same cursor', async (t) => {
  t.same(parseCursor(formatCursor(1041, 'mh4k2c9z')), { id: 1041, epoch: 'mh4k2c9z' })
})

t.test('a bare id is a cursor, from 0 to 2^53 - 1', async (t) => {
  t.same(parseCursor('0'), { id: 0, epoch: null })
  t.same(parseCursor('9007199254740991'), { id: 9007199254740991, epoch: null })
})

for (const text of [
  '',
  '-1',
  '+1',
  '01',
  '1.0',
  '1e3',
  ' 1',
  '1 ',
  '١',
  '9007199254740992',
  '99999999999999999999',
  '1-',
  '1-abc',
  '1-ABCDEFGH',
  '1-mh4k2c9z0',
  '1-mh4k2c9z-1',
  'mh4k2c9z',
]) {
  t.test(`${JSON.stringify(text)} is not a cursor`, async (t) => {
    t.equal(parseCursor(text), undefined)
  })
}
