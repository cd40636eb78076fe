import { openConnections, postFor } from '../load/poster.ts'
import { microseconds, startWatch } from '../machine/stopwatch.ts'
import { bareFastify, rememberingFastify } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { inFlight, type Span, spanOf } from './fan-out.ts'
import { ratio, type Sample, type Scenario } from './scenario.ts'

/** Durable posts without streams. */
export const posts = (full: boolean): Scenario => ({
  name: 'posts',
  title: `durable posts, no streams, ${inFlight} in flight`,
  short: 'durable posts',
  contenders: [obrol(), bareFastify, ...(full ? [rememberingFastify] : [])],
  people: inFlight,
  measure: (server) => measurePosts(server, spanOf(full), (_n, line) => server.broadcast(line)),
  goals: [
    {
      told: '≥ 70 % of bare Fastify',
      value: ratio('posts/s', 'obrol', 'bare Fastify'),
      holds: (value) => value >= 0.7,
    },
  ],
  columns: [
    ['posts/s', '/s', 0],
    ['µs a post', 'µs CPU', 1],
    ['store share', 'of it in the store’s threads', 2],
    ['load', 'of the load’s core', 2],
  ],
})

/** @param post the n-th post, on one of `inFlight` connections */
export async function measurePosts(
  server: Server,
  { warm, measured }: Span,
  post: (n: number, line: number) => Buffer,
): Promise<Sample> {
  const lines = await openConnections(server.port, inFlight)
  // Longer than elsewhere, because the compiled code is measured.
  await postFor(lines, warm * 2, post)
  const watch = startWatch(server.pid, server.databasePid)
  const count = await postFor(lines, measured, post)
  const lap = watch.stop()
  for (const line of lines) line.close()
  return {
    'posts/s': count / lap.seconds,
    ...microseconds('µs a post', lap, count),
    'store share': lap.storeCpu / lap.serverCpu,
    load: lap.loadShare,
  }
}
