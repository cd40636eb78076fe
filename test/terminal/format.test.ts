import t from 'tap'
import type { Message } from '../../src/client/index.ts'
import {
  formatCommands,
  formatError,
  formatJoined,
  formatLeft,
  formatMessage,
  formatNames,
  formatReset,
} from '../../src/terminal/format.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { type Paragraph, renderParagraph } from '../../src/terminal/paragraph.ts'

const rows = (paragraph: Paragraph) => renderParagraph(paragraph, 60, plainPalette)
/** In the zone of whoever runs this. */
const now = new Date(2026, 10, 24, 18, 0)
const sentAt = new Date(2026, 10, 24, 9, 5).toISOString()
const fields = { id: 1, from: 'bob', text: 'hi', sentAt }
const broadcast: Message = { ...fields, kind: 'broadcast' }
const direct: Message = { ...fields, kind: 'direct', to: 'ann' }

t.test('a message has its sender before it, on a screen its time too', async (t) => {
  const table: [message: Message, full: boolean, shown: string[]][] = [
    [broadcast, false, ['[bob] : hi']],
    [broadcast, true, ['09:05 [bob] : hi']],
    [direct, false, ['[bob] : hi']],
    [direct, true, ['09:05 (to you) [bob] : hi']],
    [{ ...direct, from: 'ann', to: 'bob' }, true, ['09:05 (to bob) [ann] : hi']],
    [{ ...broadcast, text: 'a\n[eve] : b' }, false, ['[bob] : a', '    [eve] : b']],
    [{ ...broadcast, from: 'e\nv\x1be' }, false, ['[e\\u{a}v\\u{1b}e] : hi']],
    [
      { ...broadcast, sentAt: new Date(2025, 0, 2, 3, 4).toISOString() },
      true,
      ['2025-01-02 03:04 [bob] : hi'],
    ],
  ]
  for (const [message, full, shown] of table)
    t.same(
      rows(formatMessage(message, { me: 'ann', detailed: full }, now)),
      shown,
      String(shown[0]),
    )
  t.match(
    rows(
      formatMessage({ ...broadcast, sentAt: new Date().toISOString() }, { me: '', detailed: true }),
    ),
    [/^\d\d:\d\d \[bob\] : hi$/],
  )
})

t.test('one’s own name looks different', async (t) => {
  const styles = (me: string) =>
    formatMessage(broadcast, { me, detailed: false }).head.map(({ style }) => style)
  t.same(styles('bob'), ['plain', 'self', 'plain'])
  t.same(styles('ann'), ['plain', 'person', 'plain'])
})

t.test('who comes and goes, and who is there', async (t) => {
  t.same(rows(formatJoined('bob')), ['bob entered'])
  t.same(rows(formatLeft('b\nob')), ['b\\u{a}ob left'])
  t.same(formatNames(['ann', 'b\x1bb']).flatMap(rows), ['ann', 'b\\u{1b}b'])
  t.same(rows(formatError('no\x1b', 'never\nmore')), ['no\\u{1b}', '    never', '    more'])
})

t.test('commands stand in columns', async (t) => {
  const commands = { a: { usage: 'a TEXT', summary: 'one' }, b: { usage: 'b', summary: 'two' } }
  t.same(formatCommands(commands).flatMap(rows), ['  a TEXT  one', '  b       two'])
})

t.test('a log that is not what it was', async (t) => {
  const reset = { from: 10, oldest: 5, head: 20 }
  t.match(formatReset({ ...reset, reason: 'trimmed' }), /^some of what was said meanwhile is gone/)
  t.match(formatReset({ ...reset, reason: 'rewound' }), /gone back .* may be void$/)
  t.match(formatReset({ ...reset, reason: 'ahead', oldest: 15 }), /may be void; some .* gone too$/)
})
