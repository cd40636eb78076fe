import type { Contender, Server } from '../servers/server.ts'

/** The figures of one server in one round, by measure. */
export type Sample = Record<string, number>

/** The samples of one round, by server. */
export type Round = Readonly<Record<string, Sample>>

/** A goal for the figures. */
export interface Goal {
  /** As in the table, for example "≥ 10 × nchan". */
  told: string
  /** Of one round; undefined if a server to compare with is missing. */
  value(round: Round): number | undefined
  /** Whether a median of these values meets the goal. */
  holds(value: number): boolean
  unit?: string
  /** The goal of the same scenario on PostgreSQL, if that is another one. */
  onPostgres?: Goal
}

export interface Scenario {
  /** For `--only`. */
  name: string
  /** A row of the figures: the case with its sizes. */
  title: string
  /** A row of the goals; the title where there is none. */
  short?: string
  contenders: readonly Contender[]
  /** How many users must be able to connect. */
  people: number
  /** The number of rounds, if not the usual one: a soak is run once. */
  rounds?: number
  /** Measures one server that was just started and is stopped afterwards. */
  measure(server: Server, contender: Contender): Promise<Sample>
  goals: readonly Goal[]
  /** The columns of the table: the measure, its unit and the number of decimals. */
  columns: readonly (readonly [measure: string, unit: string, decimals: number])[]
}

/** At most so much on SQLite, and twice as much on PostgreSQL. */
export function atMost(
  limit: number,
  unit: string,
  value: Goal['value'],
  told = (limit: number) => `≤ ${limit} ${unit}`,
): Goal {
  const goal = (limit: number): Goal => ({
    told: told(limit),
    value,
    holds: (value) => value <= limit,
    unit,
  })
  return { ...goal(limit), onPostgres: goal(2 * limit) }
}

/** `a / b` of one measure of two servers in a round. */
export function ratio(measure: string, of: string, to: string): Goal['value'] {
  return (round) => {
    const [one, other] = [round[of]?.[measure], round[to]?.[measure]]
    return one === undefined || other === undefined ? undefined : one / other
  }
}

/** One measure of one server. */
export function figure(measure: string, of: string): Goal['value'] {
  return (round) => round[of]?.[measure]
}
