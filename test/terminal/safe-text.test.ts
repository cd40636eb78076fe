import t from 'tap'
import { safeLine, safeLines } from '../../src/terminal/safe-text.ts'

t.test('characters that act on a terminal are escaped', async (t) => {
  const table: [text: string, shown: string][] = [
    ['plain, naïve, 你好 👩‍👩‍👧 ❤️', 'plain, naïve, 你好 👩‍👩‍👧 ❤️'],
    ['\x1b[2J', '\\u{1b}[2J'],
    ['\x07\x00\x7f', '\\u{7}\\u{0}\\u{7f}'],
    ['\x9b31m', '\\u{9b}31m'],
    ['a\rb\nc\td', 'a\\u{d}b\\u{a}c\\u{9}d'],
    ['\r\n', '\\u{d}\\u{a}'],
    ['\u202eabc\u202c', '\\u{202e}abc\\u{202c}'],
    ['\u2066\u2069\u200e\u200f\u061c', '\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}'],
    ['\u200b\ufeff\u00ad\u3164', '\\u{200b}\\u{feff}\\u{ad}\\u{3164}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\ud800', '\\u{d800}'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['\u0601', '\u0601'],
    ['\u{e0041}', '\\u{e0041}'],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    [`👍${'\u0301'.repeat(20)}`, `👍${'\u0301'.repeat(8)}${'\\u{301}'.repeat(12)}`],
    [`a${'\u0301'.repeat(10)}`, `a${'\u0301'.repeat(8)}\\u{301}\\u{301}`],
  ]
  for (const [text, shown] of table) t.equal(safeLine(text), shown, JSON.stringify(shown))
})

t.test('a text is split at every kind of line end', async (t) => {
  t.same(safeLines('a\nb\r\nc\rd\u2028e\u2029f'), ['a', 'b', 'c', 'd', 'e', 'f'])
  t.same(safeLines('a\tb'), ['a    b'])
  t.same(safeLines(''), [''])
})
