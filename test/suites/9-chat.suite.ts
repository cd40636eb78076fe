import { runFolder } from './folder.ts'

await runFolder('names')
await runFolder('chat')
