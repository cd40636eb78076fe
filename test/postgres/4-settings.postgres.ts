import './support/system-postgres.ts'

import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hostileSettings } from '../store/postgres/hostile-settings.ts'

/** What one of them breaks, another does not mend. */
const groups = [
  ['bytea_output', 'DateStyle', 'extra_float_digits'],
  ['IntervalStyle', 'TimeZone', 'standard_conforming_strings'],
  ['search_path'],
  ['array_nulls', 'backslash_quote', 'transform_null_equals', 'check_function_bodies'],
  [
    'default_transaction_isolation',
    'default_transaction_read_only',
    'default_transaction_deferrable',
    'synchronous_commit',
  ],
  [
    'lock_timeout',
    'statement_timeout',
    'idle_in_transaction_session_timeout',
    'idle_session_timeout',
    'exit_on_error',
    'row_security',
  ],
]

const suite = fileURLToPath(new URL('./support/store-and-nodes.ts', import.meta.url))

// They mostly wait.
t.jobs = 2

for (const group of groups) {
  const settings = group.map((name) => `${name}=${hostileSettings[name]}`).join(';')
  const env = { ...process.env, OBROL_TEST_POSTGRES_SETTINGS: settings }
  t.spawn(process.execPath, [suite], { env, buffered: true }, `the store with ${settings}`)
}
