import { runFolder } from './folder.ts'

await runFolder('', { deep: false })
await runFolder('commands')
await runFolder('examples')
