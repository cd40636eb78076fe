import fc from 'fast-check'
import t from 'tap'
import { ObrolError } from '../../../src/client/index.ts'
import { displayText } from '../../../src/web/text/display-text.ts'
import { explain, explainAll, explainFailure, failureCode } from '../../../src/web/text/explain.ts'
import { hueOf, hues, initialOf } from '../../../src/web/text/hue.ts'
import { isolate } from '../../../src/web/text/isolate.ts'
import { displayPieces, linkify } from '../../../src/web/text/linkify.ts'
import { localeOf, pickLanguage, tables } from '../../../src/web/text/strings.ts'
import { dayOf, Times } from '../../../src/web/text/times.ts'

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? [])

t.test('addresses become links, without what only stands beside them', async (t) => {
  for (const [text, ...expected] of [
    ['see https://example.org/a?b=c#d.', 'https://example.org/a?b=c#d'],
    ['(http://example.org/x)', 'http://example.org/x'],
    ['http://en.example.org/O_(letter), and', 'http://en.example.org/O_(letter)'],
    [
      '[https://example.org/a] {https://example.org/b}!',
      'https://example.org/a',
      'https://example.org/b',
    ],
    ['“https://example.org”…', 'https://example.org/'],
    ['HTTPS://EXAMPLE.ORG/A', 'https://example.org/A'],
    ['https://contoh.example/jalan-jalan\nbaris', 'https://contoh.example/jalan-jalan'],
    ['https://example.org/\u202etxt.exe', 'https://example.org/'],
    ['javascript:alert(1) data:text/html,x ftp://example.org //example.org example.org'],
    ['https://bank.example@evil.example/ https://u:p@evil.example'],
    ['https:// http://[ xhttps://example.org'],
    ['(see [http://e.org/a(b)])', 'http://e.org/a(b)'],
    ['http://e.org/(a))).', 'http://e.org/(a)'],
    // However long, no text takes long.
    [
      `http://e.org/${'.'.repeat(2_000)}b${')'.repeat(1_980)}`,
      `http://e.org/${'.'.repeat(2_000)}b`,
    ],
  ] as const)
    t.strictSame(links(text), expected, text)
  t.strictSame(linkify('a https://example.org b'), [
    { text: 'a ' },
    { text: 'https://example.org', href: 'https://example.org/' },
    { text: ' b' },
  ])
  t.strictSame(linkify(''), [])
})

t.test('a text is shown in the lines and the order in which it was written', async (t) => {
  t.equal(displayText('a\r\nb\rc\u2028d\u2029e\nf'), 'a\nb\nc\nd\ne\nf')
  t.equal(displayText('\u202egnp.exe'), '\\u{202e}gnp.exe')
  t.equal(displayText('a\u2067b\u2069'), 'a\\u{2067}b\\u{2069}')
  const helped = 'שלום\u200f! 👩\u200d👧 ا\u200eb\u061c'
  t.equal(displayText(helped), helped)
})

t.test('an address between marks of direction leads where it says', async (t) => {
  const link = { text: 'https://example.org/a', href: 'https://example.org/a' }
  t.strictSame(displayPieces('\u2068https://example.org/a\u2069'), [
    { text: '\\u{2068}' },
    link,
    { text: '\\u{2069}' },
  ])
  t.strictSame(displayPieces('\u202ehttps://example.org/a\r\nb'), [
    { text: '\\u{202e}' },
    link,
    { text: '\nb' },
  ])
})

t.test('a text is the same text after all, and links lead to the web alone', async () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('https://', 'http://e.org/', '(', ')', '.', ' '),
  )
  fc.assert(
    fc.property(fc.array(piece), (parts) => {
      const text = parts.join('')
      const pieces = linkify(text)
      const hrefs = pieces.flatMap(({ href }) => href ?? [])
      return (
        pieces.map((each) => each.text).join('') === text &&
        hrefs.every((href) => /^https?:\/\/[^/@]/.test(href))
      )
    }),
  )
})

t.test('both languages say everything', async (t) => {
  const shape = (table: object) =>
    Object.entries(table).map(([key, value]) => [key, typeof value, Object.keys(value)])
  const keys = (table: object) => shape(table).map(([key, type]) => [key, type])
  t.strictSame(keys(tables.id), keys(tables.en))
  t.strictSame(Object.keys(tables.id.problems), Object.keys(tables.en.problems))
  for (const table of Object.values(tables))
    for (const [key, value] of Object.entries(table)) {
      const told = [1, 2].map((n) =>
        typeof value === 'function' ? value(n as never, 'x' as never) : value,
      )
      for (const each of told) t.ok(typeof each === 'object' || each.length > 0, key)
    }
  t.equal(tables.en.onlineCount(1), '1 person online')
  t.equal(tables.en.onlineCount(2), '2 people online')
  t.match(tables.en.nextTry(0), /again…/)
  t.match(tables.id.nextTry(0), /lagi…/)
  t.equal(tables.en.sendingAgain('Wait.', 12), 'Wait. Sending again in 12 s.')
  for (const { sendingAgain } of Object.values(tables)) t.match(sendingAgain('x.', 0), /^x\. .*…$/)
})

t.test('the language is the chosen one, else the reader’s, else English', async (t) => {
  t.equal(pickLanguage('id', ['en-GB']), 'id')
  t.equal(pickLanguage(null, ['fr', 'id-ID', 'en']), 'id')
  t.equal(pickLanguage(null, ['in-ID']), 'id')
  t.equal(pickLanguage('constructor', ['de']), 'en')
  t.equal(localeOf('en', ['id', 'en-GB']), 'en-GB')
  t.equal(localeOf('id', ['en-GB']), 'id')
})

t.test('days and times are told as one says them', async (t) => {
  const times = new Times('en-GB', tables.en)
  const at = (day: number, hour = 9, year = 2026) => new Date(year, 10, day, hour, 5).getTime()
  const now = at(24, 15)
  t.equal(dayOf(now), '2026-11-24')
  t.equal(times.time(now), '15:05')
  t.equal(times.day(at(24), now), 'Today')
  t.equal(times.day(at(23, 23), now), 'Yesterday')
  t.equal(times.day(at(20), now), 'Friday 20 November')
  t.match(times.day(at(20, 9, 2025), now), /2025/)
  t.equal(times.short(at(24), now), '9:05')
  t.equal(times.short(at(23), now), 'Yesterday')
  t.match(times.whole(now), /24 November 2026.*15:05:00/)
})

t.test('names have a colour, an initial and a place of their own in a sentence', async (t) => {
  fc.assert(fc.property(fc.string(), (name) => hueOf(name) >= 0 && hueOf(name) < hues))
  t.equal(hueOf('ann'), hueOf('ann'))
  const people = ['ann', 'bob', 'cid', 'dan', 'Carla', 'Dewi', 'Siti', 'Termi', 'Budi', 'Ayu']
  t.ok(new Set(people.map(hueOf)).size >= 5, 'people can be told apart')
  t.equal(initialOf('e\u0301mile'), 'E\u0301')
  t.equal(initialOf(''), '')
  t.equal(isolate('نور'), '\u2068نور\u2069')
})

t.test('what goes wrong is told in the reader’s language, where it happened', async (t) => {
  const words = tables.id
  const refused = (
    code: 'invalid-request' | 'username-taken' | 'wrong-password',
    errors?: object[],
  ) => new ObrolError(code, code, { problem: { errors } as never })
  t.same(explain(refused('username-taken'), words), {
    field: 'username',
    text: words.problems['username-taken'],
  })
  t.equal(explain(refused('wrong-password'), words).field, 'password')
  const invalid = (pointer: string, detail: string) =>
    explain(refused('invalid-request', [{ pointer, detail }]), words)
  t.same(invalid('/username', 'must begin with a letter'), {
    field: 'username',
    text: words.badUsername,
  })
  const both = [
    { pointer: '/username', detail: 'must begin with a letter' },
    { pointer: '/password', detail: 'must be 12 to 256 characters long' },
    { pointer: '/elsewhere', detail: 'must not be' },
  ]
  t.same(explainAll(refused('invalid-request', both), words), [
    { field: 'username', text: words.badUsername },
    { field: 'password', text: words.badPassword('12') },
  ])
  t.equal(invalid('/username', 'must not mix scripts that').text, words.mixedScripts)
  t.same(invalid('/password', 'must be 12 to 256 characters long'), {
    field: 'password',
    text: words.badPassword('12'),
  })
  t.equal(invalid('/password', 'is missing').text, words.badPassword('8'))
  t.equal(invalid('/text', 'must be at most 4000 characters long').text, words.tooLongFor('4000'))
  t.equal(invalid('/text', 'must not be blank').text, words.problems['invalid-request'])
  const parameter = refused('invalid-request', [{ parameter: 'limit', detail: 'must be 1 to 200' }])
  t.equal(explain(parameter, words).text, words.problems['invalid-request'])
  t.equal(explain(new Error('a fault of ours'), words).text, words.problems['internal-error'])
  t.equal(explainFailure('of-a-newer-server', words), words.otherProblem)
  t.equal(failureCode(new ObrolError('network', 'gone')), 'network')
})
