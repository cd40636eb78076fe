import { globSync } from 'node:fs'
import { postgresRuns } from '../support/postgres.ts'

/**
 * What the gate of full coverage is for: the product. The page's DOM modules are held to what they
 * promise in a browser; where PostgreSQL's binaries cannot run, what needs them stands outside.
 */
const outside = postgresRuns
  ? /^src\/web\/(page\/|vite\.config)/
  : /^src\/web\/(page\/|vite\.config)|^src\/store\/(postgres|move)\//

if (!postgresRuns) console.error('PostgreSQL cannot run here: its store is not tested')

const covered = globSync('src/**/*.ts').filter((file) => !outside.test(file))

/** Those that do not count: what whole servers do says little of each line, and costs more counted. */
const uncounted = /nodes|e2e|faults/

export default (suite) => (uncounted.test(suite) ? null : covered)
