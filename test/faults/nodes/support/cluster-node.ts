import { fileURLToPath } from 'node:url'
import type { Tuning } from '../../../../src/server.ts'
import { urlVia } from '../../../support/database-url.ts'
import type { TcpProxy } from '../../../support/tcp-proxy.ts'
import type { ProcessOptions, Running } from '../../support/process.ts'
import { Site } from '../../support/site.ts'
import { InProcessServer } from './in-process-server.ts'
import { jwtSecret } from './register-users.ts'

const tunedServer = fileURLToPath(new URL('../../support/serve-tuned.ts', import.meta.url))

export interface NodeOptions {
  /** A folder for what is not in the database: nothing. */
  folder: string
  databaseUrl: string
  /** The way to the database; undefined: it is direct. */
  proxy?: TcpProxy | undefined
  /** Settings. */
  env?: Record<string, string> | undefined
  /** Bounds of the inside that are no settings; what JSON cannot hold stays out. */
  tuning?: Tuning | undefined
  /** Whether it runs in this process: it costs little then, and can be neither killed nor frozen. */
  inProcess?: boolean
}

/** One server process of several on one database. What a Site can do to it, and more. */
export class ClusterNode extends Site {
  /** Its own way to the database, where it has one. */
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

  /** Whether clients that look for a node take this one: it listens and is not frozen. */
  get open(): boolean {
    return this.address !== undefined && !this.frozen
  }

  /** Stops the process where it stands (SIGSTOP). Its sockets stay open, and say nothing. */
  freeze(): void {
    this.frozen = true
    this.process.signal('SIGSTOP')
  }

  /** Lets it run on (SIGCONT). */
  thaw(): void {
    this.process.signal('SIGCONT')
    this.frozen = false
  }

  /** How often its log has a line of an event, for example `store disconnected`. */
  countLogEvent(event: string): number {
    return this.process.stdout.split(`"event":"${event}"`).length - 1
  }

  protected override launch(options: ProcessOptions): Running {
    return this.#inProcess
      ? new InProcessServer({ DATA_DIR: this.folder, ...options.env }, this.#tuning)
      : super.launch(options)
  }
}
