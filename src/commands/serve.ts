import type { RunningServer } from '../server.ts'
import { readSettings } from '../settings.ts'
import { lockDataDirectory } from '../store/sqlite/data-directory.ts'
import { prepareForLongRun } from './v8-tuning.ts'

/** After a failure that ends the process, this long for those who wait to get their answers. */
const failureShutdownSeconds = 1

/** What has not ended so long after it should have is not waited for. */
const forceExitSeconds = 5

/** npm and a terminal both pass a Ctrl-C on: a signal that comes again within this is the same one. */
const sameSignalMs = 1_000

/**
 * `obrol serve`: runs until SIGTERM or SIGINT, then shuts down within SHUTDOWN_SECONDS and ends
 * with status 0. A second signal later on ends it at once, with status 1. Its log is JSON lines, but
 * plain ones in a terminal.
 *
 * @throws {SettingsError | StartError} whose message is one line for the person at the terminal
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env)
  // Loading the rest takes longer than all else of a start: one that is in vain ends before it.
  if (settings.databaseUrl === undefined) lockDataDirectory(settings.dataDir).release()
  const { startServer } = await import('../server.ts')
  const atTerminal = process.stdout.isTTY ? await import('./serve-terminal.ts') : undefined
  const tuning = atTerminal ? { http: { logStream: atTerminal.terminalLog } } : {}
  const server = await startServer(settings, tuning)
  prepareForLongRun()
  if (atTerminal) process.stdout.write(atTerminal.welcome(server))
  const shutdown = new Shutdown(server)
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => shutdown.onSignal(settings.shutdownSeconds))
  }
  process.on('uncaughtException', (error) => shutdown.fail('uncaught error', error))
  server.failed.then((error) => shutdown.fail('store failed', error))
}

/** The one end of the process, whoever asks for it first. */
class Shutdown {
  readonly #server: RunningServer
  #startedAt: number | undefined

  constructor(server: RunningServer) {
    this.#server = server
  }

  onSignal(seconds: number): void {
    if (this.#startedAt === undefined) this.#shutDown(seconds, 0)
    else if (performance.now() - this.#startedAt > sameSignalMs) process.exit(1)
  }

  fail(event: string, err: Error): void {
    this.#server.log.fatal({ event, err }, 'The server cannot go on')
    if (this.#startedAt === undefined) this.#shutDown(failureShutdownSeconds, 1)
  }

  #shutDown(seconds: number, status: 0 | 1): void {
    this.#startedAt = performance.now()
    setTimeout(process.exit, (seconds + forceExitSeconds) * 1000, 1)
    this.#server.close(seconds).finally(() => process.exit(status))
  }
}
