import { setTimeout as delay } from 'node:timers/promises'
import { residentBytes } from '../machine/processes.ts'
import { bareNpmStart, npmStart } from '../servers/npm-start.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

/** After the server listens, until its memory is read, in ms. */
const settleMs = 3_000

/** How soon `npm start` on an empty folder serves, and the memory of the server's process then. */
export const start = (): Scenario => ({
  name: 'start',
  title: '`npm start` on an empty folder',
  contenders: [npmStart, bareNpmStart],
  people: 0,
  measure: measureStart,
  goals: [
    {
      told: '≤ 110 MB resident',
      value: figure('MB', npmStart.name),
      holds: (value) => value <= 110,
      unit: 'MB',
    },
    {
      told: '≤ 700 ms more than npm and a bare Node',
      value(round) {
        const [own, bare] = [npmStart, bareNpmStart].map(({ name }) => round[name]?.ms)
        return own === undefined || bare === undefined ? undefined : own - bare
      },
      holds: (value) => value <= 700,
      unit: 'ms more',
    },
  ],
  columns: [
    ['ms', 'ms', 0],
    ['MB', 'MB', 0],
  ],
})

/** How soon a server listened, and its memory a moment later. */
export async function measureStart(server: Server): Promise<Sample> {
  await delay(settleMs)
  return { ms: server.startedInMs ?? Number.NaN, MB: residentBytes(server.pid) / 1e6 }
}
