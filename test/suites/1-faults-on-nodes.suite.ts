import { runFolder } from './folder.ts'

await runFolder('faults/nodes', { counted: false })
