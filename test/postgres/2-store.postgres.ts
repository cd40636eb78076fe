import './support/system-postgres.ts'

import { runFolder } from '../suites/folder.ts'

await runFolder('store/postgres', { counted: false })
await runFolder('store/move', { counted: false })
