import fc from 'fast-check'
import t from 'tap'
import {
  checkUsername,
  compareKeys,
  isReserved,
  lookupKey,
  lookupKeys,
} from '../../src/chat/usernames.ts'
import { anyText } from '../support/any-text.ts'

const anyName = anyText()

t.test('names of many scripts are valid', async (t) => {
  const names = [
    'ann',
    'Bob.Smith-2_x',
    '7of9',
    'Zoë',
    'Zoe\u0308',
    'Vie\u0323\u0302t',
    'Фёдор',
    'Ελένη',
    '王伟',
    'さくら',
    'محمد',
    'अनिता',
    '٣٤',
    '𠜎𠜎',
    'x'.repeat(32),
    '𠜎'.repeat(32),
    'Annさくら',
  ]
  for (const name of names) t.equal(checkUsername(name), undefined, name)
})

t.test('a name is 2 to 32 code points', async (t) => {
  t.equal(checkUsername('a'), 'must be 2 to 32 characters long, but has 1')
  t.equal(checkUsername(''), 'must be 2 to 32 characters long, but has 0')
  t.equal(checkUsername('x'.repeat(33)), 'must be 2 to 32 characters long, but has 33')
  t.equal(checkUsername('𠜎'), 'must be 2 to 32 characters long, but has 1')
})

t.test('characters outside the alphabet are refused and named', async (t) => {
  const refused: Record<string, string> = {
    'an n': 'U+0020',
    'ann!': 'U+0021',
    'ann\0': 'U+0000',
    'ann\uD800': 'U+D800',
    'ann👋': 'U+1F44B',
    'an\u200Dn': 'U+200D',
    'ann½': 'U+00BD',
    annⅧ: 'U+2167',
    '7\u0301x': 'U+0301',
    'a.\u0301': 'U+0301',
    '\u0301ann': 'U+0301',
    'ann\u3164': 'U+3164',
    '\u115F\u1160': 'U+115F',
    'ann\uFE0F': 'U+FE0F',
    'ann\u034F': 'U+034F',
    'ann\uFDFA': 'U+0020',
  }
  for (const [name, codePoint] of Object.entries(refused)) {
    t.ok(checkUsername(name)?.endsWith(`but holds ${codePoint}`), JSON.stringify(name))
  }
})

t.test('a name begins with a letter or a digit', async (t) => {
  for (const name of ['.ann', '_ann', '-ann']) {
    t.equal(checkUsername(name), 'must begin with a letter or a digit')
  }
})

t.test('scripts must not be mixed, in the name or in its key', async (t) => {
  t.match(
    checkUsername('аnn'),
    /^must not mix scripts .* but holds characters of Latin and Cyrillic$/,
  )
  t.match(checkUsername('bοb'), /Latin and Greek$/)
  t.match(checkUsername('вοв'), /Cyrillic and Greek$/)
  t.match(checkUsername('aаα'), /Latin and Cyrillic and Greek$/)
  t.match(checkUsername('𝐚аа'), /Latin and Cyrillic$/, 'the key of 𝐚 is Latin')
  t.match(checkUsername('µann'), /Latin and Greek$/, 'the key of the micro sign is Greek')
  t.match(checkUsername('annไทย'), /Latin and Thai$/)
  t.match(checkUsername('ann٣'), /Latin and Arabic$/, 'digits have a script too')
  for (const name of ['Annさくら', 'Ann王ㄅ', 'Ann한글'])
    t.equal(checkUsername(name), undefined, name)
})

t.test('a name is looked up by its key of before 0.2, then by its key', async (t) => {
  t.same(lookupKeys('ANN'), ['ann'])
  t.same(lookupKeys('ＡＮＮ'), ['ann'])
  t.same(lookupKeys('Zoë'), ['zoë'])
  t.same(lookupKeys('Straße'), ['straße', 'strasse'])
  t.same(lookupKeys('Νίκος'), ['νίκος', 'νίκοσ'])
  t.same(lookupKeys('ΝΊΚΟΣ'), ['νίκοσ'])
  t.same(lookupKeys('\u0301'.repeat(65)), [''])
})

t.test('a name that is too long for any account has the empty key', async (t) => {
  t.equal(lookupKey('ANN'), 'ann')
  t.equal(lookupKey('𠜎'.repeat(32)), '𠜎'.repeat(32))
  t.equal(lookupKey('x'.repeat(65)), '')
  const marks = `a${'\u0301\u0316'.repeat(100_000)}`
  t.equal(lookupKey(marks), '', 'at once, since folding this would take many seconds')
})

t.test('some names and their look-alikes are reserved', async (t) => {
  const names = [
    'server',
    'System',
    'ＡＤＭＩＮ',
    'OBROL',
    'console',
    'Everyone',
    'moderator',
    'onLine',
  ]
  const alike = [
    'ɑdmin',
    'admın',
    'ADMlN',
    'adrnin',
    'adm1N',
    'ѕуѕtеm',
    'сonsoӏe',
    '0br0l',
    'οnline',
    'admi\u0307n',
    'onlı\u0307ne',
  ]
  for (const name of [...names, ...alike]) t.equal(isReserved(name), true, name)
  for (const name of ['servers', 'adam', 'moderato', 'line']) t.equal(isReserved(name), false, name)
})

t.test('keys sort by code points, like the bytes of UTF-8', async (t) => {
  t.ok(compareKeys('\u{1F44B}', '\uFFFD') > 0, 'UTF-16 units would sort the other way')
  t.ok(compareKeys('an', 'ann') < 0)
  t.ok(compareKeys('ann', 'an') > 0)
  t.equal(compareKeys('ann', 'ann'), 0)
  fc.assert(
    fc.property(anyName, anyName, anyName, (shared, a, b) => {
      const [left, right] = [shared + a, shared + b]
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right))
      return Math.sign(compareKeys(left, right)) === bytes
    }),
    { numRuns: 1000 },
  )
})

t.test('repeated, stacked and enclosing marks are refused', async (t) => {
  for (const name of [
    'ne\u0301\u0301',
    'n\u00e9\u0301',
    `ab${'\u0300\u0301'.repeat(3)}`,
    'a\u20dddmin',
  ])
    t.match(checkUsername(name), 'must not hold a mark twice in a row', name)
  for (const name of ['n\u00e9', 'ti\u1ebfng', 'a\u0323\u0302\u0301b', 'สวัสดี', 'हिन्दी'])
    t.equal(checkUsername(name), undefined, name)
})
