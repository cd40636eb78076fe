import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { root, type Start } from './documented-starts.ts'
import { temporaryFolder } from './room.ts'

/** A start that takes longer has failed, in ms. */
const startsWithinMs = 30_000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A server in a process of its own, started as documented, on a free port and an empty folder. */
export class ServerProcess {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** Starts one, which is stopped after the test. */
  static async start(t: Test, { program, args, env }: Start, set = {}): Promise<ServerProcess> {
    const child = spawn(program, args, {
      cwd: root,
      // Without the test runner, which puts itself into every Node process that is started here.
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_V8_COVERAGE: '',
        PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
        ...env,
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: await temporaryFolder(t),
        ...set,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.add(child)
    const closed = once(child, 'close').finally(() => running.delete(child))
    const server = new ServerProcess(child, await listening(child))
    t.teardown(async () => {
      child.stdout?.resume()
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await closed
      clearTimeout(late)
    })
    return server
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Memory that is resident, in MB. Linux. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return (Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / 1e6
  }

  /** Nobody reads its log from now on; what is in the pipe stays there. */
  stallLog(): void {
    this.#child.stdout?.removeAllListeners('data').pause()
  }

  async call(path: string, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
  }
}

async function listening(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let log = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-10_000)
    const [, url] = /"event":"started","url":"([^"]+)"/.exec(log) ?? []
    if (url) resolve(url)
  })
  const failed = delay(startsWithinMs, undefined, { ref: false }).then(() => {
    throw new Error(`the server did not start: ${log}`)
  })
  const url = await Promise.race([promise, failed])
  failed.catch(() => {})
  return url
}
