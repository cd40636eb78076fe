import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { compiledMain } from '../support/compiled.ts'

/** Its limits off; all else as it is where nobody set anything. */
const limitsOff = {
  STREAMS_PER_USER: '0',
  MESSAGES_PER_MINUTE: '0',
  READS_PER_MINUTE: '0',
  STREAM_OPENS_PER_MINUTE: '0',
  REGISTRATIONS_PER_HOUR: '0',
  LOGINS_PER_MINUTE: '0',
  REQUESTS_PER_MINUTE: '0',
  CONNECTIONS_PER_ADDRESS: '0',
}

export interface RunningServer {
  url: string
  /** From the start of its process until it listened, in ms. */
  startedInMs: number
  stop(): Promise<void>
}

/** A server as a process of its own. @throws where it ends before it listens */
export async function startServer(where: NodeJS.ProcessEnv): Promise<RunningServer> {
  const begun = performance.now()
  const bare = ['-u', 'NODE_OPTIONS', '-u', 'NODE_V8_COVERAGE']
  const command = [
    ...bare,
    process.execPath,
    '--max-semi-space-size=8',
    '--no-short-builtin-calls',
    compiledMain,
    'serve',
  ]
  const child = spawn('env', command, {
    env: { ...process.env, ...limitsOff, PORT: '0', ADMIN_SOCKET: 'off', ...where },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await urlOf(child)
  return {
    url,
    startedInMs: performance.now() - begun,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('it has no output')
  let log = ''
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    log += chunk
    const [, url] = /Server listening at (http:[^"]*)"/.exec(log) ?? []
    if (url === undefined) continue
    stdout.resume()
    return url
  }
  throw new Error(`it did not start: ${log}`)
}
