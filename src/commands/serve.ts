import { readSettings } from '../config.ts'
import type { RunningServer } from '../server.ts'
import { lockFolder } from '../store/sqlite/folder.ts'
import { suitCompiler } from './compiler.ts'

/** After a failure that ends the process, this long for those who wait to get their answers. */
const farewellSeconds = 1

/** What has not ended so long after it should have is not waited for. */
const overtimeSeconds = 5

/** npm and a terminal both pass a Ctrl-C on: a signal that comes again within this is the same one. */
const sameSignalMs = 1_000

/**
 * `obrol serve`: runs until SIGTERM or SIGINT, then shuts down within SHUTDOWN_SECONDS and ends
 * with status 0. A second signal later on ends it at once, with status 1.
 *
 * @throws {SettingsError | StartError} whose message is one line for the person at the terminal
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env)
  // Loading the rest takes longer than all else of a start: one that is in vain ends before it.
  if (settings.databaseUrl === undefined) lockFolder(settings.dataDir).release()
  suitCompiler()
  const { startServer } = await import('../server.ts')
  const server = await startServer(settings)
  const ending = new Ending(server)
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => ending.onSignal(settings.shutdownSeconds))
  }
  process.on('uncaughtException', (error) => ending.fail('uncaught error', error))
  server.failed.then((error) => ending.fail('store failed', error))
}

/** The one end of the process, whoever asks for it first. */
class Ending {
  readonly #server: RunningServer
  #begunAt: number | undefined

  constructor(server: RunningServer) {
    this.#server = server
  }

  onSignal(seconds: number): void {
    if (this.#begunAt === undefined) this.#end(seconds, 0)
    else if (performance.now() - this.#begunAt > sameSignalMs) process.exit(1)
  }

  fail(event: string, err: Error): void {
    this.#server.log.fatal({ event, err }, 'The server cannot go on')
    if (this.#begunAt === undefined) this.#end(farewellSeconds, 1)
  }

  #end(seconds: number, status: 0 | 1): void {
    this.#begunAt = performance.now()
    setTimeout(process.exit, (seconds + overtimeSeconds) * 1000, 1)
    this.#server.close(seconds).finally(() => process.exit(status))
  }
}
