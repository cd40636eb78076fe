import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { syncMilliseconds } from '../machine/disk.ts'
import { nchanVersion } from '../servers/nchan.ts'
import { chart, type Group } from './chart.ts'
import type { Result } from './judge.ts'

/** What the figures were taken with. */
export function machine() {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  return {
    date: new Date().toISOString().slice(0, 10),
    obrol: version as string,
    node: process.version,
    v8: process.versions.v8,
    nginx: nchanVersion() || 'not installed',
    cpu: `${cpus().length} × ${cpus()[0]?.model}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fsyncMs: Number(syncMilliseconds().toFixed(2)),
  }
}

export type Machine = ReturnType<typeof machine>

/** Writes every figure of every round, for machines. */
export function writeFigures(file: string, results: readonly Result[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ machine: machine(), results }, null, 1)}\n`)
}

/** Draws the fan-out figures. */
export function writeChart(file: string, results: readonly Result[]): void {
  const groups: Group[] = results
    .filter(({ name }) => name.startsWith('fan-out-'))
    .map(({ name, medians }) => ({
      title: `${Number(name.slice('fan-out-'.length)).toLocaleString('en')} streams`,
      bars: Object.entries(medians).map(([server, sample]) => ({
        name: server,
        value: sample['deliveries/s'] as number,
      })),
    }))
  if (groups.length === 0) return
  writeFileSync(
    file,
    chart('Events delivered a second, one core, 64 posts in flight', '/s', groups),
  )
}
