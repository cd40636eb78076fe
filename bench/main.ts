import { fileURLToPath } from 'node:url'
import { type BenchOptions, readCommandLine, usage } from './command-line.ts'
import { InvalidRun } from './load/streams.ts'
import { pin } from './machine/processes.ts'
import { machine, writeFigures } from './report/files.ts'
import { judge, type Result } from './report/judge.ts'
import { publish } from './report/publish.ts'
import { goals, lines } from './report/table.ts'
import { runRounds } from './rounds.ts'
import { allScenarios, quick } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { loadCore } from './servers/server.ts'

/** `npm run bench`: see `usage`, or `npm run bench -- --help`. */
async function main(args: readonly string[]): Promise<number> {
  const wanted = readCommandLine(args)
  if (wanted === 'help') {
    process.stdout.write(usage(allScenarios(true, 20)))
    return 0
  }
  if (wanted === 'publish') {
    publish()
    return 0
  }
  const scenarios = select(wanted)
  if (scenarios.length === 0) throw new TypeError('there is no such scenario; see --help')
  pin(loadCore)
  process.stdout.write(`${JSON.stringify(machine())}\n`)
  const results: Result[] = []
  for (const scenario of scenarios) {
    const rounds = await runRounds(scenario, wanted.rounds, (line) =>
      process.stderr.write(`${line}\n`),
    )
    const result = judge(scenario, rounds)
    results.push(result)
    process.stdout.write(lines(scenario, result))
  }
  process.stdout.write(`\n${goals(scenarios, results)}`)
  const form = wanted.soakMinutes !== undefined ? 'soak' : wanted.full ? 'full' : 'quick'
  const out = wanted.out ?? pathOf(`results/${form}.json`)
  writeFigures(out, results)
  process.stdout.write(`\nfigures: ${out}\n`)
  return 0
}

function select({ full, only, soakMinutes }: BenchOptions): Scenario[] {
  const all = allScenarios(full, soakMinutes ?? 20)
  return all.filter(({ name }) => {
    if (soakMinutes !== undefined) return name === 'soak'
    if (only.length > 0) return only.includes(name)
    return name !== 'soak' && (full || quick.includes(name))
  })
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

// An explicit exit ends the servers too.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  const foreseen = error instanceof InvalidRun || error instanceof TypeError
  process.stderr.write(`${foreseen ? error.message : (error as Error).stack}\n`)
  process.exit(1)
}
