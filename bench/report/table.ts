import type { Scenario } from '../scenarios/scenario.ts'
import type { Judged, Result } from './judge.ts'

/** A scenario's figures as lines for the terminal. */
export function lines({ columns }: Scenario, { title, medians, goals }: Result): string {
  const rows = Object.entries(medians).map(([server, sample]) => {
    const cells = columns.map(([measure, unit, decimals]) =>
      `${shown(sample[measure], decimals)} ${unit}`.padStart(18 + unit.length - 3),
    )
    return `  ${server.padEnd(34)}${cells.join('')}\n`
  })
  return `\n${title}\n${rows.join('')}${goals.map((goal) => `  ${verdict(goal)}\n`).join('')}`
}

function verdict({ told, value, unit, holds }: Judged): string {
  if (value === null) return `–    ${told}: not compared, a server is missing`
  return `${holds ? 'good' : 'MISS'} ${told}: ${shown(value, 2)} ${unit}`
}

/** A row for each measure, with a line for each of its goals, as Markdown. */
export function goals(scenarios: readonly Scenario[], results: readonly Result[]): string {
  const rows = results.map(({ name, title, goals }) => {
    const measure = scenarios.find((scenario) => scenario.name === name)?.short ?? title
    const wanted = goals.map(({ told }) => told)
    const measured = goals.map(({ value, unit, holds }) =>
      value === null ? '–' : `${shown(value, 2)} ${unit}${holds ? '' : ', **missed**'}`,
    )
    return `| ${measure} | ${wanted.join('<br>')} | ${measured.join('<br>')} |`
  })
  return `| measure | goal | measured |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

function shown(value: number | null | undefined, decimals: number): string {
  if (value === undefined || value === null) return '–'
  return value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
}

/** Every server's medians, a row for each, as Markdown. */
export function figures(scenarios: readonly Scenario[], results: readonly Result[]): string {
  const rows = results.flatMap(({ name, title, medians }) => {
    const columns = scenarios.find((scenario) => scenario.name === name)?.columns ?? []
    return Object.entries(medians).map(([server, sample]) => {
      const cells = columns.map(
        ([measure, unit, decimals]) => `${shown(sample[measure], decimals)} ${unit}`,
      )
      return `| ${title} | ${server} | ${cells.join('; ')} |`
    })
  })
  return `| measure | server | figures |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}
