import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { type Guest, openRoom } from '../support/room.ts'
import {
  type ByteReader,
  GreedyReader,
  KeepingReader,
  StrictReader,
} from './support/byte-readers.ts'

/**
 * The body of a stream, as far as it came: cut after so many bytes of it, or at its first event of a
 * name.
 */
async function read(
  person: Guest,
  url: string,
  cursor: string,
  { bytes = Number.POSITIVE_INFINITY, until = 'event: ready' },
): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(
    `GET /v1/events HTTP/1.0\r\nAuthorization: Bearer ${person.token}\r\nLast-Event-ID: ${cursor}\r\n\r\n`,
  )
  let came = Buffer.alloc(0)
  let body = Buffer.alloc(0)
  while (body.length < bytes && !body.includes(until)) {
    const [piece] = await once(socket, 'data', { signal: AbortSignal.timeout(30_000) })
    came = Buffer.concat([came, piece])
    const end = came.indexOf('\r\n\r\n')
    if (end >= 0) body = came.subarray(end + 4)
  }
  socket.destroy()
  return body.subarray(0, Math.min(bytes, body.length)).toString('latin1')
}

t.test('a stream that is cut at any byte of three events is resumed without a loss', async (t) => {
  const room = await openRoom(t, { settings: { streamOpensPerMinute: 0 } })
  const ann = await room.register('ann')
  const texts = ['first', 'data: a\nid: 9\u2028id: 8', 'last']
  for (const text of texts) await ann.broadcast(text)

  const whole = await read(ann, room.url, '0', {})
  const end = whole.indexOf('event: ready')
  t.match(whole, /^retry: 3000\nevent: message\n/)
  const kinds: (new () => ByteReader)[] = [StrictReader, GreedyReader, KeepingReader]
  /** What a stream brings that is opened with a cursor. Nothing is said meanwhile. */
  const resumed = new Map<string, Promise<string>>()
  const problems: string[] = []
  for (let bytes = 1; bytes <= end; bytes++) {
    const cut = await read(ann, room.url, '0', { bytes })
    if (cut !== whole.slice(0, bytes)) problems.push(`${bytes}: another stream`)
    for (const Kind of kinds) {
      const reader = new Kind()
      reader.read(cut)
      const cursor = reader.cursor || '0'
      const rest = resumed.get(cursor) ?? read(ann, room.url, cursor, {})
      resumed.set(cursor, rest)
      reader.lineLost()
      reader.read(await rest)
      if (JSON.stringify(reader.ids) !== '[1,2,3]')
        problems.push(`${Kind.name}, cut after ${bytes} bytes: ${reader.ids}`)
    }
  }
  t.ok(end > 300, `${end} bytes`)
  t.same(problems, [])
  t.equal(resumed.size, 4, 'from the beginning, and from after each of the three')
})
