import { runFolder } from './folder.ts'

await runFolder('faults/nodes')
await runFolder('e2e/nodes')
