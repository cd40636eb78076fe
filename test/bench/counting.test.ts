import t from 'tap'
import { openConnections, postAll } from '../../bench/load/poster.ts'
import { headroom, Scanner } from '../../bench/load/scanner.ts'
import { SeenIds } from '../../bench/load/seen-ids.ts'
import {
  allReceived,
  checkCounts,
  checkEach,
  closeAll,
  openStreams,
} from '../../bench/load/streams.ts'
import { dropping, gathered } from '../../bench/servers/node.ts'

/** The bench is believed only as far as its counting: what is lost or doubled must void a run. */

function eventOf(id: number): string {
  const data = { id, kind: 'broadcast', from: 'ann', text: 'x'.repeat(20), sentAt: '2026-11-02' }
  return `event: message\ndata: ${JSON.stringify(data)}\nid: ${id}-00000000\n\n`
}

/** The ids that a scanner finds in a text that comes in pieces of a length. */
function idsIn(text: string, pieceLength: number): number[] {
  const scanner = new Scanner()
  const found: number[] = []
  for (let at = 0; at < text.length; at += pieceLength) {
    const piece = Buffer.from(text.slice(at, at + pieceLength))
    scanner.scan(Buffer.concat([Buffer.alloc(headroom), piece]), headroom + piece.length, (id) =>
      found.push(id),
    )
  }
  return found
}

t.test('every id is found, wherever reads are cut and chunks begin', async (t) => {
  const ids = Array.from({ length: 1_010 }, (_, index) => index + 1)
  const heartbeat = 'event: heartbeat\ndata: {}\nid: 9-00000000\n\n'
  const text = ids
    .map((id) => (id % 7 === 0 ? `\r\n4f\r\n${heartbeat}${eventOf(id)}` : eventOf(id)))
    .join('')
  for (const length of [1, 2, 13, 100, 117, 4096, text.length])
    t.same(idsIn(text, length), ids, `in pieces of ${length}`)
})

t.test('each id counts once, and what is amiss is told', async (t) => {
  const seen = new SeenIds(10)
  for (const id of [11, 13, 13, 10, 15]) seen.take(id)
  t.match(seen, { complete: 11, received: 5, doubled: 2, early: 2 })
  t.equal(seen.missingUpTo(15), 2)
  seen.skip(12)
  t.equal(seen.complete, 13)
  const next = seen.continued()
  next.take(14)
  t.match(next, { complete: 15, received: 1, doubled: 2 })
})

t.test('a server that drops one event in 10,000 voids the run', async (t) => {
  const server = await dropping.start(0)
  t.teardown(() => server.stop())
  const readers = await openStreams(server, 100)
  const lines = await openConnections(server.port, 8)
  await postAll(lines, 99, (n) => server.broadcast(n))
  await allReceived(readers, 99)
  checkCounts(readers, 99)
  await postAll(lines, 1, (n) => server.broadcast(n))
  await allReceived(readers, 100, 500)
  t.throws(() => checkCounts(readers, 100), { message: /^void: 1 events missing and 0 doubled/ })
  closeAll(readers)
  for (const line of lines) line.close()
})

t.test('a stream that gets too few, or what is not its own, voids the run', async (t) => {
  const server = await gathered.start(0)
  t.teardown(() => server.stop())
  const readers = await openStreams(server, 2)
  const lines = await openConnections(server.port, 1)
  await postAll(lines, 3, (n) => server.broadcast(n))
  await checkEach(readers, Uint32Array.of(3, 3))
  for (const wrong of [Uint32Array.of(3, 4), Uint32Array.of(0, 3)])
    await t.rejects(checkEach(readers, wrong, 50), { message: /^void: 1 streams got too few/ })
  readers[1]?.seen.take(2)
  await t.rejects(checkEach(readers, Uint32Array.of(3, 4), 50), { message: /^void: 1 streams/ })
  closeAll(readers)
  for (const line of lines) line.close()
})
