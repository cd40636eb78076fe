import { runFolder } from './folder.ts'

await runFolder('e2e', { deep: false, counted: false })
