import { fileURLToPath } from 'node:url'
import type { Tuning } from '../../../../src/server.ts'
import { jwtSecret } from '../../../e2e/support/crowd.ts'
import { urlVia } from '../../../support/database-url.ts'
import type { TcpProxy } from '../../../support/tcp-proxy.ts'
import type { ProcessOptions, Running } from '../../support/process.ts'
import { Site } from '../../support/site.ts'
import { InProcessServer } from './in-process-server.ts'

const tunedServer = fileURLToPath(new URL('../../support/serve-tuned.ts', import.meta.url))

export interface NodeOptions {
  /** The data directory, which stays empty. */
  folder: string
  databaseUrl: string
  /** Between the node and the database; default: none. */
  proxy?: TcpProxy | undefined
  /** Settings. */
  env?: Record<string, string> | undefined
  /** Internal bounds that are no settings; only what JSON can hold. */
  tuning?: Tuning | undefined
  /** Whether it runs in this process, which is cheap. It cannot be killed or frozen then. */
  inProcess?: boolean
}

/** One of several servers on one database. */
export class ClusterNode extends Site {
  readonly proxy: TcpProxy | undefined
  frozen = false
  readonly #tuning: Tuning | undefined
  readonly #inProcess: boolean

  constructor({ folder, databaseUrl, proxy, env, tuning, inProcess = false }: NodeOptions) {
    super(folder, {
      env: {
        DATABASE_URL: proxy ? urlVia(databaseUrl, proxy) : databaseUrl,
        JWT_SECRET: jwtSecret,
        ...env,
        ...(tuning && { TUNING: JSON.stringify(tuning) }),
      },
      ...(tuning && { args: [tunedServer] }),
    })
    this.proxy = proxy
    this.#tuning = tuning
    this.#inProcess = inProcess
  }

  /** Whether a load balancer would choose it: it listens and is not frozen. */
  get open(): boolean {
    return this.address !== undefined && !this.frozen
  }

  /** Suspends the process (SIGSTOP). Its sockets stay open, and send nothing. */
  freeze(): void {
    this.frozen = true
    this.process.signal('SIGSTOP')
  }

  /** Continues the process (SIGCONT). */
  thaw(): void {
    this.process.signal('SIGCONT')
    this.frozen = false
  }

  /** How many lines of its log have this event, for example `store disconnected`. */
  countLogEvent(event: string): number {
    return this.process.stdout.split(`"event":"${event}"`).length - 1
  }

  protected override launch(options: ProcessOptions): Running {
    return this.#inProcess
      ? new InProcessServer({ DATA_DIR: this.folder, ...options.env }, this.#tuning)
      : super.launch(options)
  }
}
