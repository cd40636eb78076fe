import { runFolder } from './folder.ts'

await runFolder('e2e/nodes', { counted: false })
