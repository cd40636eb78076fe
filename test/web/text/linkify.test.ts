import fc from 'fast-check'
import t from 'tap'
import { displayPieces, linkify } from '../../../src/web/text/linkify.ts'

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? [])

t.test('URLs become links, without the punctuation around them', async (t) => {
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
    // Takes linear time.
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

t.test('bidirectional controls are not part of a link', async (t) => {
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

t.test('names that the server found as mentions are marked', async (t) => {
  t.strictSame(displayPieces('hi @Bob, @anna: see https://e.org/@bob', ['ann', 'bob', 'Anna']), [
    { text: 'hi ' },
    { text: '@Bob', mention: 'bob' },
    { text: ', ' },
    { text: '@anna', mention: 'Anna' },
    { text: ': see ' },
    { text: 'https://e.org/@bob', href: 'https://e.org/@bob' },
  ])
  t.strictSame(displayPieces('@b.c @bxc', ['b.c']), [
    { text: '@b.c', mention: 'b.c' },
    { text: ' @bxc' },
  ])
  t.strictSame(displayPieces('@bob'), [{ text: '@bob' }])
  t.strictSame(displayPieces('@bob', ['bob']), [{ text: '@bob', mention: 'bob' }])
})

t.test('the pieces are the whole text, and links are http or https', async () => {
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
