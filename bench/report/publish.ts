import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allScenarios } from '../scenarios/all.ts'
import { type Machine, writeChart } from './files.ts'
import type { Result } from './judge.ts'
import { figures, goals } from './table.ts'

interface Figures {
  machine: Machine
  results: Result[]
}

const root = new URL('../../', import.meta.url)
const begin = '<!-- figures: written by `npm run bench -- --publish` -->\n'
const end = '<!-- /figures -->'

/**
 * Writes the last results of the full form and of the soak into the documentation: the chart and how many
 * goals are met into docs/performance.md, each goal and all figures into docs/design/performance-figures.md.
 */
export function publish(): void {
  const [full, soak] = ['full', 'soak'].map(read)
  if (full === undefined)
    throw new TypeError('there is no bench/results/full.json: run --full first')
  const results = [...full.results, ...(soak?.results ?? [])]

  const scenarios = allScenarios(true, 20)

  const chart = '![Events delivered a second](performance.svg)'
  write('docs/performance.md', `${chart}\n\n${verdict(results)}\n`)
  writeChart(fileURLToPath(new URL('docs/performance.svg', root)), full.results)

  const medians = `The figures are medians of ${roundsOf(results)} rounds.`
  const table = figures(scenarios, results)
  write(
    'docs/design/performance-figures.md',
    `${goals(scenarios, results)}\n${machines(full.machine, results)}\n\n${medians}\n\n${table}`,
  )
}

function verdict(results: readonly Result[]): string {
  const judged = results.flatMap(({ goals }) => goals).filter(({ holds }) => holds !== null)
  const met = judged.filter(({ holds }) => holds).length
  return `${met} of ${judged.length} goals are met. × compares with what the goal names.`
}

function roundsOf(results: readonly Result[]): string {
  const counts = results.map(({ rounds }) => rounds.length)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  return fewest === most ? `${most}` : `${fewest} to ${most}`
}

/** The machine of most results, then each other one with its results. */
function machines(usual: Machine, results: readonly Result[]): string {
  const elsewhere = Map.groupBy(
    results.filter(({ machine }) => machine !== undefined),
    ({ machine }) => describe(machine as Machine),
  )
  const lines = [...elsewhere].map(
    ([where, rows]) => `- ${where}: ${rows.map(({ title }) => title).join('; ')}.`,
  )
  return [`- ${describe(usual)}: all measures but those below.`, ...lines].join('\n')
}

function describe({ date, obrol, node, nginx, cpu, memoryGiB, kernel, fsyncMs }: Machine): string {
  const peer = nginx === 'not installed' ? '' : ` and ${nginx}`
  return `${date}, Obrol ${obrol}, Node ${node.slice(1)}${peer}, on ${cpu} (the server on one core, the load on the other), ${memoryGiB} GiB, Linux ${kernel}, ${fsyncMs} ms for a small write and its fsync`
}

/** Replaces what a page has between its two comments. */
function write(page: string, text: string): void {
  const file = fileURLToPath(new URL(page, root))
  const [before, rest] = readFileSync(file, 'utf8').split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new TypeError(`${page} has no place for figures`)
  writeFileSync(file, `${before}${begin}\n${text}\n${end}${after}`)
}

function read(form: string): Figures | undefined {
  const file = new URL(`bench/results/${form}.json`, root)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
