import t from 'tap'
import { layOutInput } from '../../src/terminal/input-layout.ts'
import { plainPalette } from '../../src/terminal/palette.ts'

const prompt = [{ text: '[ann] : ', style: 'plain' as const }]

function layOut(before: string, after = '', { columns = 20, most = 10, hidden = false } = {}) {
  return layOutInput({ prompt, before, after, hidden }, { columns, most, palette: plainPalette })
}

t.test('a line breaks before the last column, and the cursor’s row is known', async (t) => {
  t.same(layOut('hi'), { rows: ['[ann] : hi'], cursorRow: 0, beforeCursor: '[ann] : hi' })
  t.same(layOut('0123456789', 'abcd'), {
    rows: ['[ann] : 0123456789a', 'bcd'],
    cursorRow: 0,
    beforeCursor: '[ann] : 0123456789',
  })
  t.same(layOut('0123456789abcd'), {
    rows: ['[ann] : 0123456789a', 'bcd'],
    cursorRow: 1,
    beforeCursor: 'bcd',
  })
  t.same(layOut('01234567890', '').cursorRow, 0)
  t.same(layOut('你好你好你好').rows, ['[ann] : 你好你好你', '好'])
})

t.test('pasted line breaks begin rows, and control characters are escaped', async (t) => {
  t.same(layOut('one\ntwo\tx').rows, ['[ann] : one', 'two    x'])
  t.same(layOut('a\u202eb').rows, ['[ann] : a\\u{202e}b'])
})

t.test('a hidden text is not shown', async (t) => {
  const hidden = { rows: ['[ann] : '], cursorRow: 0, beforeCursor: '[ann] : ' }
  t.same(layOut('secret', 'secret', { hidden: true }), hidden)
})

t.test('of too many rows those around the cursor are shown', async (t) => {
  const text = '1\n2\n3\n4'
  t.same(layOut(text, '\n5\n6', { most: 3 }), {
    rows: ['2', '3', '4'],
    cursorRow: 2,
    beforeCursor: '4',
  })
  t.same(layOut('1', '\n2\n3\n4', { most: 2 }).rows, ['[ann] : 1', '2'])
})
