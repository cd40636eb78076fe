import { inPostgres } from '../machine/stopwatch.ts'
import { movedToPostgres } from '../servers/moved-to-postgres.ts'
import { hasPostgres, onPostgres } from '../servers/nodes.ts'
import type { OnSqlite } from '../servers/obrol.ts'
import type { Scenario } from './scenario.ts'

/** A scenario whose servers are all Obrol, on SQLite. */
export interface SqliteScenario extends Scenario {
  contenders: readonly OnSqlite[]
}

/**
 * A scenario, and the same with one node on PostgreSQL. There the goals in ms, KB and MB are twice
 * those on SQLite. A goal that compares two figures compares two on PostgreSQL, and stays. What
 * PostgreSQL takes of the processor stands beside what the node takes.
 */
export function onBothStores(scenario: SqliteScenario): [Scenario, Scenario] {
  const { name, title, short = title, contenders, goals, columns } = scenario
  return [
    scenario,
    {
      ...scenario,
      name: `${name}-postgres`,
      title: `${title}, on ${onPostgres}`,
      short: `${short}, on PostgreSQL`,
      contenders: hasPostgres ? contenders.map(movedToPostgres) : [],
      goals: goals.map((goal) => goal.onPostgres ?? goal),
      columns: columns.flatMap((column) => withPostgres(column)),
    },
  ]
}

function withPostgres(column: Scenario['columns'][number]): Scenario['columns'] {
  const [measure, unit, decimals] = column
  // A node on PostgreSQL has no threads of a store.
  if (measure === 'store share') return []
  if (!measure.startsWith('µs')) return [column]
  return [
    [measure, `${unit} in the node`, decimals],
    [inPostgres(measure), `${unit} in PostgreSQL`, decimals],
  ]
}
