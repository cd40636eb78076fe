import { parseArgs } from 'node:util'

export interface BenchOptions {
  full: boolean
  /** Names of scenarios; empty: those of the form. */
  only: readonly string[]
  rounds: number
  /** Minutes of the soak; undefined: no soak. */
  soakMinutes: number | undefined
  /** The file for the figures, as JSON. */
  out: string | undefined
}

/** The default length of the soak. */
const soakMinutes = 20

export function usage(scenarios: readonly { name: string; title: string }[]): string {
  const longest = Math.max(...scenarios.map(({ name }) => name.length))
  const lines = scenarios.map(({ name, title }) => `  ${name.padEnd(longest)} ${title}\n`)
  return `Usage: npm run bench -- [options]

Runs servers on one core and their load on the other, in rounds that take turns, and checks every
event of every stream: a run in which one is missing or comes twice is void and ends the bench.

  (none)          the quick form, under two minutes: 3 rounds of the most telling scenarios
  --full          every scenario but the soak, 5 rounds
  --soak [N]      the soak, N minutes long (${soakMinutes}), and nothing else
  --only NAMES    only these scenarios, divided by commas; in the sizes of --full if it is given
  --rounds N      so many rounds
  --publish       runs nothing: writes the last results of --full and --soak into docs/performance.md
                  and docs/design/performance-figures.md
  --out FILE      where the figures go as JSON (bench/results/quick.json, full.json or soak.json)
  --help

Scenarios:
${lines.join('')}`
}

/** @throws {TypeError} with one line for the user */
export function readCommandLine(args: readonly string[]): BenchOptions | 'help' | 'publish' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      out: { type: 'string' },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.publish) return 'publish'
  const minutes = positionals.length > 0 ? Number(positionals[0]) : soakMinutes
  const rounds = Number(values.rounds ?? (values.full ? 5 : 3))
  if (!(minutes > 0) || !(rounds > 0)) throw new TypeError('minutes and rounds are numbers past 0')
  if (positionals.length > 0 && !values.soak) throw new TypeError(`unknown: ${positionals[0]}`)
  return {
    full: values.full,
    only: values.only === '' ? [] : values.only.split(','),
    rounds,
    soakMinutes: values.soak ? minutes : undefined,
    out: values.out,
  }
}
