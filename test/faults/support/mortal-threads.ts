/**
 * The command line, but on SIGWINCH, a signal that means nothing to a server, the thread that
 * `MORTAL` names dies in whatever it is doing.
 */
import type { Worker } from 'node:worker_threads'

const threads: Worker[] = []
process.on('worker', (thread) => threads.push(thread))
process.on('SIGWINCH', () => {
  for (const thread of threads) if (thread.threadName === process.env.MORTAL) thread.terminate()
})

await import('../../../src/main.ts')
