import { syncMilliseconds } from '../machine/disk.ts'
import { hasNchan, nchan } from '../servers/nchan.ts'
import { gathered } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import { type LatencySpan, latencyColumns, measureLatency } from './lone.ts'
import type { Scenario } from './scenario.ts'

const streams = 1_000

const spanOfSteady = (full: boolean): LatencySpan =>
  full
    ? { perSecond: 200, warm: 4, settle: 12, seconds: 15 }
    : { perSecond: 200, warm: 2, settle: 2, seconds: 5 }

/** A busy room: many posts a second, at a steady rate. */
export const steady = (full: boolean): Scenario => ({
  name: 'steady',
  title: 'a steady 200 posts a second to 1,000 streams',
  short: '200 posts a second to 1,000 streams',
  contenders: [obrol(), gathered, ...(hasNchan() ? [nchan] : [])],
  people: streams,
  async measure(server) {
    const sync = syncMilliseconds()
    const sample = await measureLatency(server, streams, spanOfSteady(full))
    return { ...sample, 'ms fsync': sync }
  },
  goals: [
    {
      told: 'p99 ≤ 2 × the gathered floor and one fsync',
      value(round) {
        const [own, floor] = [round.obrol, round['gathered floor']]
        if (own === undefined || floor === undefined) return undefined
        return (own.p99 as number) / (2 * (floor.p99 as number) + (own['ms fsync'] as number))
      },
      holds: (value) => value <= 1,
    },
  ],
  columns: latencyColumns,
})
