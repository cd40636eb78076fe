import type { Contender, Server } from '../servers/server.ts'

/** What one round measured of one server, by the name of the measure. */
export type Sample = Record<string, number>

/** One round: a sample of each server that took part, by its name. */
export type Round = Readonly<Record<string, Sample>>

/** What the figures must show. */
export interface Goal {
  /** As the table tells it, for example "≥ 10 × nchan". */
  told: string
  /** From one round; undefined where a server it compares with is not there. */
  value(round: Round): number | undefined
  /** Whether a median of these values is good. */
  holds(value: number): boolean
  unit?: string
}

export interface Scenario {
  /** For `--only`. */
  name: string
  /** A row of the figures: the case with its sizes. */
  title: string
  /** A row of the goals; the title where there is none. */
  short?: string
  contenders: readonly Contender[]
  /** How many people must be able to come in. */
  people: number
  /** How many rounds, where it is not the usual number: a soak is run once. */
  rounds?: number
  /** Measures one server, which was just started and is stopped afterwards. */
  measure(server: Server, contender: Contender): Promise<Sample>
  goals: readonly Goal[]
  /** What is told of a sample, in order: the measure, its unit and how many decimals. */
  columns: readonly (readonly [measure: string, unit: string, decimals: number])[]
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
