import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import type { Ready } from './ready.ts'

/** Obrol as it is: accounts, tokens, an fsync behind every 201. Only its limits are off. */
const people = 8
const folder = mkdtempSync(join(tmpdir(), 'obrol-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const server = await startServer({
  ...readSettings({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' }),
  streamsPerUser: 0,
  messagesPerMinute: 0,
  readsPerMinute: 0,
  streamOpensPerMinute: 0,
  registrationsPerHour: 0,
})
const tokens: string[] = []
for (let index = 0; index < people; index++) {
  const response = await fetch(`${server.url}/v1/register`, {
    method: 'POST',
    body: new URLSearchParams({ username: `reader${index}`, password: 'tall-ships' }),
  })
  tokens.push(((await response.json()) as { token: string }).token)
}
process.send?.({ port: Number(new URL(server.url).port), tokens } satisfies Ready)
process.on('disconnect', () => process.exit())
