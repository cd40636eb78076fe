import { median } from '../machine/statistics.ts'
import type { Goal, Round, Sample, Scenario } from '../scenarios/scenario.ts'
import type { Machine } from './files.ts'

export interface Judged {
  told: string
  /** The median over the rounds; null if nothing could be compared. */
  value: number | null
  unit: string
  holds: boolean | null
}

export interface Result {
  name: string
  title: string
  rounds: readonly Round[]
  /** The medians of each server's measures. */
  medians: Readonly<Record<string, Sample>>
  goals: readonly Judged[]
  /** Where and when it was measured, if not together with the rest of its file. */
  machine?: Machine
}

/** Medians of the rounds' figures and of their ratios. A ratio compares figures of one round. */
export function judge(scenario: Scenario, rounds: readonly Round[]): Result {
  const medians = Object.fromEntries(
    scenario.contenders.map(({ name }) => [name, mediansOf(rounds, name)]),
  )
  return {
    name: scenario.name,
    title: scenario.title,
    rounds,
    medians,
    goals: scenario.goals.map((goal) => judgeGoal(goal, rounds)),
  }
}

function mediansOf(rounds: readonly Round[], server: string): Sample {
  const samples = rounds.map((round) => round[server]).filter((sample) => sample !== undefined)
  const measures = Object.keys(samples[0] ?? {})
  return Object.fromEntries(
    measures.map((measure) => [
      measure,
      median(samples.map((sample) => sample[measure] as number)),
    ]),
  )
}

function judgeGoal({ told, value, holds, unit = '×' }: Goal, rounds: readonly Round[]): Judged {
  const values = rounds.flatMap((round) => value(round) ?? [])
  const middle = values.length > 0 ? median(values) : null
  return { told, value: middle, unit, holds: middle === null ? null : holds(middle) }
}
