import { runFolder } from './folder.ts'

await runFolder('store', { deep: false })
await runFolder('store/sqlite')
await runFolder('store/move')
