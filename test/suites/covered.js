import { globSync } from 'node:fs'
import { postgresRuns } from '../support/postgres.ts'

/**
 * What the gate of full coverage is for: the product. The page's DOM modules are held to what they
 * promise in a browser; where no PostgreSQL can run, what only its tests reach stands outside.
 */
const page = /^src\/web\/(page\/|vite\.config)/
const onPostgres = /^src\/(store\/(postgres|move)\/|open-store\.ts)/

if (!postgresRuns) {
  // The last lines of a run are what is read.
  process.once('exit', () =>
    console.error(
      'PostgreSQL cannot run here (its binaries, or the account that must run them): ' +
        'its store, moving and many nodes were not tested, and do not count for coverage',
    ),
  )
}

const covered = globSync('src/**/*.ts').filter(
  (file) => !page.test(file) && (postgresRuns || !onPostgres.test(file)),
)

/** Those that do not count: what whole servers do says little of each line, and costs more counted. */
const uncounted = /nodes|e2e|faults/

export default (suite) => (uncounted.test(suite) ? null : covered)
