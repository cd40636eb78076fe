import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allScenarios } from '../scenarios/all.ts'
import { type Machine, writeChart } from './files.ts'
import type { Result } from './judge.ts'
import { figures, markdown } from './table.ts'

interface Figures {
  machine: Machine
  results: Result[]
}

const root = new URL('../../', import.meta.url)
const page = fileURLToPath(new URL('docs/performance.md', root))
const begin = '<!-- figures: written by `npm run bench -- --publish` -->\n'
const end = '<!-- /figures -->'

/** Writes the last results of the full form and of the soak into the documentation. */
export function publish(): void {
  const [full, soak] = ['full', 'soak'].map(read)
  if (full === undefined)
    throw new TypeError('there is no bench/results/full.json: run --full first')
  const results = [...full.results, ...(soak?.results ?? [])]
  const scenarios = allScenarios(true, 20)
  const apart = results.flatMap(({ title, machine }) =>
    machine ? [{ title, at: where(machine) }] : [],
  )
  const elsewhere = [...Map.groupBy(apart, ({ at }) => at)].map(
    ([at, rows]) => `But for ${rows.map(({ title }) => title).join('; ')}: taken ${at}`,
  )
  const told = [`Taken ${where(full.machine)}`, ...elsewhere].join('\n\n')
  const counts = results.map(({ rounds }) => rounds.length)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const rounds = fewest === most ? `${most} rounds` : `${fewest} to ${most} rounds`
  const chart = '![Events delivered a second](performance.svg)'
  const written = `${begin}\n${chart}\n\n${told}\n\n${markdown(results)}\nWhat was measured, medians of ${rounds}:\n\n${figures(scenarios, results)}\n${end}`
  const text = readFileSync(page, 'utf8')
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new TypeError(`${page} has no place for figures`)
  writeFileSync(page, `${before}${written}${after}`)
  writeChart(fileURLToPath(new URL('docs/performance.svg', root)), full.results)
}

function where({ date, obrol, node, nginx, cpu, memoryGiB, kernel, fsyncMs }: Machine): string {
  const peer = nginx === 'not installed' ? '' : ` and ${nginx}`
  return `on ${date} with Obrol ${obrol}, Node ${node.slice(1)}${peer}, on ${cpu} (the server on one core, the load on the other), ${memoryGiB} GiB, Linux ${kernel}; a small write and its fsync took ${fsyncMs} ms.`
}

function read(form: string): Figures | undefined {
  const file = new URL(`bench/results/${form}.json`, root)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
