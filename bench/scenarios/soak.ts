import { setTimeout as delay } from 'node:timers/promises'
import { PostConnection } from '../load/poster.ts'
import { Reader } from '../load/reader.ts'
import { directRequest } from '../load/requests.ts'
import { allReceived, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { residentBytes } from '../machine/processes.ts'
import { median } from '../machine/statistics.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

const streams = 500
/** Every tick: four broadcasts, one direct message, one stream disconnected and resumed. */
const tickMs = 50

/** A busy room for a long time: no message may be lost, and memory must not grow. */
export const soak = (minutes: number): Scenario => ({
  name: 'soak',
  title: `a soak of ${minutes} minutes' mixed load with reconnects`,
  short: `${minutes} minutes of mixed load`,
  contenders: [obrol()],
  people: streams,
  rounds: 1,
  measure: (server) => measure(server, minutes * 60),
  goals: [
    {
      told: 'memory, last third ≤ 1.05 × second',
      value: figure('memory', 'obrol'),
      holds: (value) => value <= 1.05,
    },
    {
      told: 'no event lost',
      value: figure('lost', 'obrol'),
      holds: (value) => value === 0,
      unit: 'lost',
    },
  ],
  columns: [
    ['MB second third', 'MB in the second third', 0],
    ['MB last third', 'MB in the last', 0],
    ['messages', 'messages', 0],
    ['resumed', 'streams resumed', 0],
    ['load', 'of the load’s core', 2],
  ],
})

async function measure(server: Server, seconds: number): Promise<Sample> {
  const readers = await openStreams(server, streams)
  const line = new PostConnection(server.port)
  const watch = startWatch(server.pid)
  const memory: { at: number; bytes: number }[] = []
  let head = 0
  let resumed = 0
  const ends = performance.now() + seconds * 1000
  for (let tick = 0; performance.now() < ends; tick++) {
    const began = performance.now()
    for (let n = 0; n < 4; n++) head = await line.send(server.broadcast(tick * 4 + n))
    const [from, to] = [tick % 64, (tick * 37) % streams]
    head = await line.send(directRequest(server.tokens[from], `person${to}`))
    // Other streams must not receive this id, so there it would count as a duplicate.
    for (const [index, { seen }] of readers.entries())
      if (index !== from && index !== to) seen.skip(head)
    const index = (tick * 41) % streams
    const cut = readers[index] as Reader
    cut.close()
    readers[index] = resume(server, index, cut)
    resumed++
    if (tick % 20 === 0) memory.push({ at: began, bytes: residentBytes(server.pid) })
    await delay(Math.max(0, tickMs - (performance.now() - began)))
  }
  await allReceived(readers, head)
  checkCounts(readers, head)
  const { loadShare } = watch.stop()
  closeAll(readers)
  line.close()
  const third = (from: number) => {
    const begin = ends - seconds * 1000 * (1 - from / 3)
    const end = begin + (seconds * 1000) / 3
    return (
      median(memory.filter(({ at }) => at >= begin && at < end).map(({ bytes }) => bytes)) / 1e6
    )
  }
  const [second, last] = [third(1), third(2)]
  return {
    memory: last / second,
    lost: 0,
    'MB second third': second,
    'MB last third': last,
    messages: head,
    resumed,
    load: loadShare,
  }
}

/** Resumes a stream at the last id up to which it was complete. */
function resume(server: Server, index: number, { seen }: Reader): Reader {
  const reader = new Reader({
    port: server.port,
    path: server.streamPath,
    readyMark: server.readyMark,
    token: server.tokens[index],
    after: seen.complete,
    seen: seen.continued(),
  })
  reader.ready.catch(() => {})
  return reader
}
