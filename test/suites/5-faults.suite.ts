import { runFolder } from './folder.ts'

await runFolder('faults', { deep: false, counted: false })
