import t from 'tap'
import { streamHead } from '../../src/http/stream-head.ts'

const headOf = streamHead({ 'cache-control': 'no-cache' })

t.test('a head has each header once, and ends with an empty line', async (t) => {
  const own = { vary: 'Origin', connection: 'close', 'cache-control': 'no-store' }
  for (const framed of [true, false]) {
    const [status, ...lines] = headOf(own, framed).split('\r\n')
    t.equal(status, 'HTTP/1.1 200 OK')
    t.same(lines.splice(-2), ['', ''])
    const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)))
    t.equal(lines.length, Object.keys(headers).length)
    t.match(headers, { vary: 'Origin', connection: 'close', 'cache-control': 'no-cache' })
    t.equal(headers['transfer-encoding'], framed ? 'chunked' : undefined)
  }
})

t.test('a head tells when it was written, to the second', async (t) => {
  const now = t.capture(Date, 'now', () => 1_764_376_859_999)
  t.match(headOf({}, true), /\r\ndate: Sat, 29 Nov 2025 00:40:59 GMT\r\n/)
  now.restore()
  const told = /\r\ndate: (.*)\r\n/.exec(headOf({}, true))?.[1] as string
  t.ok(Math.abs(Date.parse(told) - Date.now()) < 60_000)
})
