import './support/system-postgres.ts'

import { runFolder } from '../suites/folder.ts'

await runFolder('e2e/nodes', { counted: false })
