import { openConnections, postAll } from '../load/poster.ts'
import { directRequest } from '../load/requests.ts'
import { checkEach, closeAll, openStreams } from '../load/streams.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { obrol } from '../servers/obrol.ts'
import type { Contender, Server } from '../servers/server.ts'
import { ratio, type Sample, type Scenario } from './scenario.ts'

const inFlight = 64
const few = 100
const many = 5_000

const among = (streams: number): Contender => ({ ...obrol(), name: `among ${streams} streams` })

/** How many people each user writes to: as many conversations, whatever the number of streams. */
const recipients = 100

/** From one of 64 users to one of the people they write to; these are spread over all streams. */
export const direct = (full: boolean): Scenario => ({
  name: 'direct',
  title: 'direct messages among 5,000 streams and among 100',
  short: 'direct messages among 5,000 streams',
  contenders: [among(many), among(few)],
  people: many,
  measure: (server, { name }) =>
    measure(server, name === among(few).name ? few : many, full ? 30_000 : 8_000),
  goals: [
    {
      told: 'cost of a post ≤ 1.2 × that among 100',
      value: ratio('µs a post', among(many).name, among(few).name),
      holds: (value) => value <= 1.2,
    },
  ],
  columns: [
    ['posts/s', '/s', 0],
    ['µs a post', 'µs CPU', 1],
    ['load', 'of the load’s core', 2],
  ],
})

async function measure(server: Server, streams: number, count: number): Promise<Sample> {
  const readers = await openStreams(server, streams)
  const lines = await openConnections(server.port, inFlight)
  const expected = new Uint32Array(streams)
  function request(n: number, line: number): Buffer {
    const apart = streams / recipients
    // In another order than the streams were opened.
    const to = ((n * 37) % recipients) * apart + (line % apart)
    expected[to] = (expected[to] as number) + 1
    if (to !== line) expected[line] = (expected[line] as number) + 1
    return directRequest(server.tokens[line], `person${to}`)
  }
  await postAll(lines, count / 2, request)
  const watch = startWatch(server.pid)
  await postAll(lines, count, request)
  const { seconds, serverCpu, loadShare } = watch.stop()
  await checkEach(readers, expected)
  closeAll(readers)
  for (const line of lines) line.close()
  return {
    'posts/s': count / seconds,
    'µs a post': (serverCpu * 1e6) / count,
    load: loadShare,
  }
}
