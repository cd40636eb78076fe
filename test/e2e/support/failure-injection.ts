/**
 * Loaded into a server's process before it starts: what goes wrong there, when its parent says so.
 */
import type { Worker } from 'node:worker_threads'

const workers: Worker[] = []
process.on('worker', (worker) => workers.push(worker))

const mishaps: Record<string, () => unknown> = {
  'an error nobody caught': () => {
    throw new Error('made to fail')
  },
  'the writer dies': () =>
    workers.find(({ threadName }) => threadName === 'obrol-writer')?.terminate(),
}

process.on('message', (mishap: string) => mishaps[mishap]?.())
process.channel?.unref()
