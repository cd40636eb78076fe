import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { post } from './poster.ts'
import { Reader } from './reader.ts'
import type { Ready } from './servers/ready.ts'

/**
 * `npm run bench [-- --full]`: how many messages a second reach how many streams, beside the
 * baselines in the same run, in rounds that take turns. A server has core 0, the load core 1.
 */
const full = process.argv.includes('--full')
const rounds = full ? 5 : 3
const cases = [
  { streams: 100, inFlight: 64, messages: full ? 20_000 : 5_000 },
  { streams: 1_000, inFlight: 64, messages: full ? 5_000 : 1_500 },
]
const servers = [
  { name: 'res.write', module: 'bare.ts', args: ['write'] },
  { name: 'gathered floor', module: 'bare.ts', args: ['gathered'] },
  { name: 'obrol', module: 'obrol.ts', args: [] },
]

interface Round {
  deliveriesPerSecond: number
  /** Of the server, for one delivery, in microseconds. */
  cpu: number
}

pin(process.pid, 1)
process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores\n`)
for (const load of cases) {
  const results = new Map<string, Round[]>(servers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) results.get(server.name)?.push(await run(server, load))
  }
  report(load, results)
}
process.exit()

async function run(
  { module, args }: (typeof servers)[number],
  { streams, inFlight, messages }: (typeof cases)[number],
): Promise<Round> {
  const child = fork(new URL(`servers/${module}`, import.meta.url), args)
  pin(child.pid as number, 0)
  const [{ port, tokens }] = (await once(child, 'message')) as [Ready]
  const readers: Reader[] = []
  for (let index = 0; index < streams; index++) {
    const reader = new Reader(port, tokens[index % Math.max(1, tokens.length)])
    readers.push(reader)
    if (index % 50 === 49) await reader.ready
  }
  await Promise.all(readers.map(({ ready }) => ready))
  const cpuBefore = cpuSeconds(child.pid as number)
  const began = performance.now()
  await post(port, tokens[0], { count: messages, inFlight })
  await Promise.all(readers.map((reader) => reader.reached(messages)))
  const seconds = (performance.now() - began) / 1000
  const cpu = cpuSeconds(child.pid as number) - cpuBefore
  const faults = readers.reduce((sum, reader) => sum + reader.faults, 0)
  const received = readers.reduce((sum, reader) => sum + reader.received, 0)
  for (const reader of readers) reader.close()
  child.disconnect()
  await once(child, 'exit')
  const deliveries = streams * messages
  if (faults > 0 || received !== deliveries) {
    throw new Error(`void: ${received} of ${deliveries} received, ${faults} out of order`)
  }
  return { deliveriesPerSecond: deliveries / seconds, cpu: (cpu * 1e6) / deliveries }
}

function report({ streams, inFlight }: (typeof cases)[number], results: Map<string, Round[]>) {
  process.stdout.write(
    `\nbroadcasts of 200 bytes to ${streams} streams, ${inFlight} posts in flight; medians of ${rounds}\n`,
  )
  const own = median((results.get('obrol') as Round[]).map((round) => round.deliveriesPerSecond))
  for (const [name, rounds] of results) {
    const rate = median(rounds.map((round) => round.deliveriesPerSecond))
    const cpu = median(rounds.map((round) => round.cpu))
    const cells = [
      name.padEnd(16),
      `${Math.round(rate).toLocaleString('en')}/s`.padStart(14),
      `${cpu.toFixed(2)} µs CPU each`.padStart(18),
      `obrol / this: ${(own / rate).toFixed(2)}`.padStart(24),
    ]
    process.stdout.write(`${cells.join('')}\n`)
  }
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] as number
}

/** User and system time of a process and its threads; Linux alone tells it. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}
