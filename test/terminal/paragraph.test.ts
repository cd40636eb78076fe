import t from 'tap'
import { plainPalette } from '../../src/terminal/palette.ts'
import { renderParagraph } from '../../src/terminal/paragraph.ts'

const head = [{ text: '[bob] : ', style: 'plain' as const }]

t.test('no row but the first begins at the left edge', async (t) => {
  const table: [lines: string[], columns: number, rows: string[]][] = [
    [['hi'], 20, ['[bob] : hi']],
    [['one', 'two', ''], 20, ['[bob] : one', '    two', '    ']],
    [['the quick brown fox'], 20, ['[bob] : the quick ', '    brown fox']],
    [
      ['a verylongwordwithoutspaces'],
      16,
      ['[bob] : a ', '    verylongword', '    withoutspace', '    s'],
    ],
    [['0123456789ab cd'], 20, ['[bob] : 0123456789ab', '     cd']],
    [['你好你好'], 13, ['[bob] : 你好', '    你好']],
    [['👍👍'], 4, ['[bob] : 👍', '    👍']],
    [['x'.repeat(100)], Number.POSITIVE_INFINITY, [`[bob] : ${'x'.repeat(100)}`]],
    [[`hi${' '.repeat(10)}[eve] : lie`], 20, ['[bob] : hi          ', '    [eve] : lie']],
  ]
  for (const [lines, columns, rows] of table)
    t.same(renderParagraph({ head, lines }, columns, plainPalette), rows, JSON.stringify(lines))
})

t.test('the head and the lines have their own colours', async (t) => {
  const palette = ({ text, style }: { text: string; style: string }) => `<${style}>${text}`
  t.same(renderParagraph({ head, lines: ['a', 'b'], style: 'faint' }, 80, palette), [
    '<plain>[bob] : <faint>a',
    '    <faint>b',
  ])
})
