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

const rows = (paragraph: Paragraph | undefined) =>
  paragraph && renderParagraph(paragraph, 60, plainPalette)
/** Local time. */
const now = new Date(2026, 10, 24, 18, 0)
const sentAt = new Date(2026, 10, 24, 9, 5).toISOString()
const fields = { id: 1, from: 'bob', text: 'hi', sentAt }
const broadcast: Message = { ...fields, kind: 'broadcast' }
const direct: Message = { ...fields, kind: 'direct', to: 'ann' }
const room: Message = { ...fields, kind: 'room', room: 'tea' }

t.test('a message has its sender before it, and its time with details', async (t) => {
  const table: [message: Message, full: boolean, shown: string[]][] = [
    [broadcast, false, ['[bob] : hi']],
    [broadcast, true, ['09:05 [bob] : hi']],
    [direct, false, ['[bob] : hi']],
    [direct, true, ['09:05 (to you) [bob] : hi']],
    [{ ...direct, from: 'ann', to: 'bob' }, true, ['09:05 (to bob) [ann] : hi']],
    [room, false, ['[bob @ tea] : hi']],
    [room, true, ['09:05 [bob @ tea] : hi']],
    [{ ...room, room: 't\na' }, false, ['[bob @ t\\u{a}a] : hi']],
    [{ ...broadcast, text: '', deletedAt: sentAt }, false, ['[bob] : (deleted)']],
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
  const newer = { ...fields, kind: 'poll' } as unknown as Message
  t.equal(formatMessage(newer, { me: 'ann', detailed: true }), undefined, 'of a later server')
})

t.test('the reader’s own name has another style', async (t) => {
  const styles = (me: string) =>
    formatMessage(broadcast, { me, detailed: false })?.head.map(({ style }) => style)
  t.same(styles('bob'), ['plain', 'self', 'plain'])
  t.same(styles('ann'), ['plain', 'person', 'plain'])
})

t.test('names and errors are escaped', async (t) => {
  t.same(rows(formatJoined('bob')), ['bob entered'])
  t.same(rows(formatLeft('b\nob')), ['b\\u{a}ob left'])
  t.same(formatNames(['ann', 'b\x1bb']).flatMap(rows), ['ann', 'b\\u{1b}b'])
  t.same(rows(formatError('no\x1b', 'never\nmore')), ['no\\u{1b}', '    never', '    more'])
})

t.test('commands are listed in columns', async (t) => {
  const commands = { a: { usage: 'a TEXT', summary: 'one' }, b: { usage: 'b', summary: 'two' } }
  t.same(formatCommands(commands).flatMap(rows), ['  a TEXT  one', '  b       two'])
})

t.test('a reset says which messages are missing or void', async (t) => {
  const reset = { from: 10, oldest: 5, head: 20 }
  t.match(formatReset({ ...reset, reason: 'trimmed' }), /^some messages are missing/)
  t.match(formatReset({ ...reset, reason: 'rewound' }), /older state.* may be void$/)
  t.match(formatReset({ ...reset, reason: 'ahead', oldest: 15 }), /may be void; some .* missing$/)
})
