import { Readable } from 'node:stream'
import t from 'tap'
import { readLines } from '../../src/terminal/read-lines.ts'

t.test('lines, however the stream is cut', async (t) => {
  const table: [chunks: (string | Buffer)[], lines: string[]][] = [
    [['one\ntwo\n'], ['one', 'two']],
    [
      ['on', 'e\r', '\ntw', 'o'],
      ['one', 'two'],
    ],
    [['\n\n'], ['', '']],
    [['a\u2028b\rc\n'], ['a\u2028b\rc']],
    [[Buffer.from([0xe4, 0xbd]), Buffer.from([0xa0, 0x0a])], ['你']],
    [[], []],
  ]
  for (const [chunks, lines] of table)
    t.same(await Array.fromAsync(readLines(Readable.from(chunks, { objectMode: false }))), lines)
})
