import fc from 'fast-check'
import t from 'tap'
import {
  checkDisplayName,
  checkString,
  checkText,
  checkTitle,
  checkTopic,
  codePointName,
  countCodePoints,
} from '../../src/chat/text-rules.ts'
import { anyText } from '../support/any-text.ts'

t.test('a text can be any readable characters', async (t) => {
  for (const text of [
    'x',
    'two\nlines\twith\r\ntabs',
    '👩‍👩‍👧',
    'مرحبا',
    'a\u2028b',
    ' padded ',
    '\u00A0x',
  ]) {
    t.equal(checkText(text, 100), undefined, encodeURI(text))
  }
})

t.test('the length of a text is counted in code points', async (t) => {
  t.equal(checkText('👋👋👋', 3), undefined)
  t.equal(checkText('👋👋👋', 2), 'must be at most 2 characters long, but has 3')
  t.equal(countCodePoints(''), 0)
  t.equal(countCodePoints('a\uD800'), 2)
  fc.assert(fc.property(anyText(), (text) => countCodePoints(text) === [...text].length))
})

t.test('a blank text is refused', async (t) => {
  for (const text of ['', ' ', '\n\t\r', '\u00A0\u2003\u3000', '\uFEFF']) {
    t.match(checkText(text, 100), /not white space/, encodeURI(text))
  }
})

t.test('a text of invisible characters is blank', async (t) => {
  for (const text of [
    '\u200B',
    '\u2060',
    '\u3164',
    '\u115F\u1160',
    '\uFFA0',
    '\u00AD',
    '\u200B \u200D\n\uFEFF',
    '\uFE0F',
    '\u{E0041}\u{E007F}',
    '\u2800',
  ]) {
    t.match(checkText(text, 100), /not white space/, encodeURI(text))
    t.equal(checkText(`${text}x`, 100), undefined, encodeURI(text))
    t.equal(checkText(`${text}👋`, 100), undefined, encodeURI(text))
  }
})

t.test('control characters except tab, LF and CR are refused and named', async (t) => {
  const allowed = new Set([0x09, 0x0a, 0x0d])
  for (let code = 1; code <= 0xa0; code++) {
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f)
    const refused = isControl && !allowed.has(code)
    const character = String.fromCharCode(code)
    const detail = checkText(`a${character}b`, 100)
    if (refused) t.ok(detail?.endsWith(`but holds ${codePointName(character)}`), `${code}`)
    else t.equal(detail, undefined, `${code}`)
  }
})

t.test('a title is on one line, and a topic may be empty', async (t) => {
  for (const title of ['T', '👩‍👩‍👧', ' padded ', '👋'.repeat(80)])
    t.equal(checkTitle(title), undefined, title)
  t.equal(checkTitle('👋'.repeat(81)), 'must be at most 80 characters long, but has 81')
  for (const space of '\t\n\r\u2028\u2029')
    t.match(checkTitle(`a${space}b`), /on one line, but holds U\+/, codePointName(space))
  t.match(checkTitle('a\x85b'), /control characters/)
  for (const blank of ['', ' ', '\u00A0']) t.match(checkTitle(blank), /not white space/)
  for (const topic of ['', ' ', 'two\nlines', '👋'.repeat(500)])
    t.equal(checkTopic(topic), undefined, topic)
  t.equal(checkTopic('x'.repeat(501)), 'must be at most 500 characters long, but has 501')
  t.match(checkTopic('a\0b'), /U\+0000/)
})

t.test('a title and a topic turn nothing around', async (t) => {
  for (const control of '\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069') {
    const detail = `must hold no bidirectional controls, but holds ${codePointName(control)}`
    t.equal(checkTitle(`a${control}b`), detail)
    t.equal(checkTopic(`a${control}b`), detail)
    t.equal(checkText(`a${control}b`, 10), undefined, 'a message may')
  }
  t.equal(checkTitle('مرحبا hello שלום'), undefined)
})

t.test('no string holds U+0000 or a lone surrogate', async (t) => {
  t.equal(checkString('fine \u0001 👋'), undefined)
  t.match(checkString('a\0b'), /U\+0000/)
  t.match(checkText('a\0b', 10), /U\+0000/)
  for (const text of ['\uD83D', 'a\uDC4Bb', '\uDC4B\uD83D']) {
    t.match(checkString(text), /lone surrogate/)
    t.match(checkText(text, 10), /lone surrogate/)
  }
})

t.test('a code point has the usual notation', async (t) => {
  t.equal(codePointName('\n'), 'U+000A')
  t.equal(codePointName('👋'), 'U+1F44B')
})

t.test('a display name is one line without anything invisible', async (t) => {
  for (const name of ['A', 'Ann Lee', 'Ärzte ★ 2026', 'x'.repeat(64), '👋'.repeat(64), 'مرحبا'])
    t.equal(checkDisplayName(name), undefined, name)
  t.match(checkDisplayName(''), /1 to 64 characters long, but has 0/)
  t.match(checkDisplayName('👋'.repeat(65)), /1 to 64 characters long, but has 65/)
  t.match(checkDisplayName('a\u200Bb'), /no invisible characters, but holds U\+200B/)
  t.match(checkDisplayName('a\uFE0F'), /no invisible characters, but holds U\+FE0F/)
  t.match(checkDisplayName('a\u061Cb'), /U\+061C/)
  t.match(checkDisplayName('a\u202Eb'), /U\+202E/)
  t.match(checkDisplayName('a\nb'), /on one line/)
  t.match(checkDisplayName('\u2800 '), /not white space/)
})
