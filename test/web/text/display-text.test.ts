import t from 'tap'
import { safeLine } from '../../../src/terminal/safe-text.ts'
import { displayText, isolate } from '../../../src/web/text/display-text.ts'

t.test('line breaks are unified, and controls that reorder text are escaped', async (t) => {
  t.equal(displayText('a\r\nb\rc\u2028d\u2029e\nf'), 'a\nb\nc\nd\ne\nf')
  t.equal(displayText('\u202egnp.exe'), '\\u{202e}gnp.exe')
  t.equal(displayText('a\u2067b\u2069'), 'a\\u{2067}b\\u{2069}')
  const harmless = 'שלום\u200f! 👩\u200d👧 ا\u200eb\u061c'
  t.equal(displayText(harmless), harmless)
})

t.test('the page and the terminal escape alike', async (t) => {
  for (const control of ['\u202a', '\u202e', '\u2066', '\u2069'])
    t.equal(displayText(control), safeLine(control))
})

t.test('a name is isolated in a sentence', async (t) => {
  t.equal(isolate('نور'), '\u2068نور\u2069')
})
