import { setTimeout as delay } from 'node:timers/promises'
import { closeAll, openStreams } from '../load/streams.ts'
import { residentBytes } from '../machine/processes.ts'
import { hasNchan, nchan } from '../servers/nchan.ts'
import { resWrite } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

const streams = 10_000

/** The time after the last stream was opened. */
const settleMs = 3_000

export const idle = (full: boolean): Scenario => ({
  name: 'idle',
  title: 'memory of an idle authenticated stream, 10,000 of them',
  short: 'memory of an idle stream',
  contenders: [obrol(), ...(full ? [resWrite, ...(hasNchan() ? [nchan] : [])] : [])],
  people: streams,
  ...(full ? {} : { rounds: 1 }),
  measure: measureIdle,
  goals: [
    {
      told: '≤ 10 KB resident',
      value: figure('KB a stream', 'obrol'),
      holds: (value) => value <= 10,
      unit: 'KB',
    },
  ],
  columns: [
    ['KB a stream', 'KB', 1],
    ['MB before', 'MB before', 0],
    ['MB after', 'MB with all', 0],
  ],
})

/** The growth of the server's resident memory since its start, for each stream. */
export async function measureIdle(server: Server): Promise<Sample> {
  const before = residentBytes(server.pid)
  const readers = await openStreams(server, streams)
  await delay(settleMs)
  const after = residentBytes(server.pid)
  closeAll(readers)
  return {
    'KB a stream': (after - before) / streams / 1000,
    'MB before': before / 1e6,
    'MB after': after / 1e6,
  }
}
