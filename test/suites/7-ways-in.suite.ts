import { runFolder } from './folder.ts'

await runFolder('client')
await runFolder('terminal')
await runFolder('web')
await runFolder('bench')
