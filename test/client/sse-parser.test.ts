import fc from 'fast-check'
import t from 'tap'
import { type SseBlock, SseParser } from '../../src/client/sse-parser.ts'

/** Parses a text that arrives in pieces. */
function read(...pieces: string[]): SseBlock[] {
  const parser = new SseParser(1_000)
  return pieces.flatMap((piece) => [...parser.push(piece)])
}

const emptyBlock = { type: 'message', data: undefined, id: undefined, retry: undefined }

t.test('the examples of the HTML standard', async (t) => {
  t.same(read('data: YHOO\ndata: +2\ndata: 10\n\n'), [{ ...emptyBlock, data: 'YHOO\n+2\n10' }])
  t.same(
    read(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n'),
    [
      { ...emptyBlock, data: 'first event', id: '1' },
      { ...emptyBlock, data: 'second event', id: '' },
      { ...emptyBlock, data: ' third' },
    ],
  )
  t.same(read('data\n\ndata\ndata\n\ndata:'), [
    { ...emptyBlock, data: '' },
    { ...emptyBlock, data: '\n' },
  ])
  t.same(read('data:test\n\ndata: test\n\n'), [
    { ...emptyBlock, data: 'test' },
    { ...emptyBlock, data: 'test' },
  ])
})

t.test('unknown fields and comments are ignored', async (t) => {
  t.same(read('event: reset\nretry: 70\nid: 5-x\nfoo: bar\n:data: no\n data: no\ndata: {}\n\n'), [
    { type: 'reset', data: '{}', id: '5-x', retry: 70 },
  ])
  t.same(read('retry: 3000\n\n'), [{ ...emptyBlock, retry: 3000 }], 'a retry alone')
  t.same(read('id: 7\n\n'), [{ ...emptyBlock, id: '7' }], 'an id alone')
  t.same(read('retry: 3s\nretry: -1\nretry:\nid: a\0b\n\nevent: x\n\n\n\n'), [], 'nothing valid')
  t.same(
    read('event: x\nevent:\ndata: y\n\n'),
    [{ ...emptyBlock, data: 'y' }],
    'the last type counts',
  )
})

t.test('a line end in two chunks is one line end', async (t) => {
  t.same(read('data: a\r', '\ndata: b\r', '\n\r\n'), [{ ...emptyBlock, data: 'a\nb' }])
  t.same(read('data: a\r', '\r', '', '\n'), [{ ...emptyBlock, data: 'a' }])
})

t.test('chunks and kinds of line ends make no difference', async (t) => {
  const line = fc.constantFrom(
    'data: a',
    'data',
    'id: 1',
    'event: e',
    ': c',
    'retry: 5',
    '',
    '',
    'é: ü',
  )
  const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 })
  fc.assert(
    fc.property(lines, fc.array(fc.nat(200)), (lines, cuts) => {
      const plain = lines.map(([line]) => `${line}\n`).join('')
      const odd = lines.map(([line, end]) => line + end).join('')
      // A CR before an empty line that ends in LF alone is one CRLF.
      fc.pre(!lines.some(([, end], index) => end === '\r' && lines[index + 1]?.join('') === '\n'))
      const places = [
        0,
        ...cuts.filter((cut) => cut < odd.length).sort((a, b) => a - b),
        odd.length,
      ]
      const pieces = places.slice(1).map((end, index) => odd.slice(places[index], end))
      t.strictSame(read(...pieces), read(plain))
    }),
  )
})

t.test('an unfinished block is bounded, and comments do not count', async (t) => {
  const parser = new SseParser(20)
  t.same([...parser.push('data: 1234567890\n\n'.repeat(3))].length, 3)
  t.same([...parser.push(': 1234567890\n'.repeat(100))], [])
  const tooLong = { code: 'bad-answer', message: 'An event has more than 20 characters' }
  t.throws(() => [...parser.push('x'.repeat(21))], tooLong, 'in one line')
  const another = new SseParser(20)
  t.throws(() => [...another.push('data: 1\n'.repeat(9))], tooLong, 'over several lines')
})
