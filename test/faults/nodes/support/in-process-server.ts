import { type RunningServer, startServer, type Tuning } from '../../../../src/server.ts'
import { readSettings } from '../../../../src/settings.ts'
import { bareSettings, type Ending, type Running } from '../../support/process.ts'

/** A server in this process, instead of a process of its own. */
export class InProcessServer implements Running {
  readonly pid = process.pid
  readonly exited: Promise<Ending>
  stdout = ''
  readonly #env: Record<string, string>
  readonly #tuning: Tuning
  readonly #startedAt = performance.now()
  readonly #exit: (ending: Ending) => void
  #server: RunningServer | undefined

  constructor(env: Record<string, string>, tuning: Tuning = {}) {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    this.exited = promise
    this.#exit = resolve
    this.#env = { ...bareSettings, ...env }
    this.#tuning = tuning
  }

  async listening(): Promise<string> {
    const logStream = {
      write: (line: string) => {
        this.stdout += line
      },
    }
    this.#server = await startServer(readSettings(this.#env), {
      ...this.#tuning,
      http: { ...this.#tuning.http, logStream },
    })
    return this.#server.url
  }

  signal(signal: NodeJS.Signals): void {
    throw new Error(`a server in this process takes no ${signal}`)
  }

  /** SIGTERM stops it gracefully. Any other signal cuts its connections. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    await this.#server?.close(signal === 'SIGTERM' ? undefined : 0)
    const ms = Math.round(performance.now() - this.#startedAt)
    this.#exit({ code: 0, signal: null, ms, stdout: this.stdout, stderr: '' })
    return this.exited
  }
}
