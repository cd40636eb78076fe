import './support/system-postgres.ts'

import { runFolder } from '../suites/folder.ts'

await runFolder('faults/nodes', { counted: false })
