import closeWithGrace from 'close-with-grace'
import { readSettings } from '../config.ts'
import { lockFolder } from '../store/sqlite/folder.ts'

/** After a failure that ends the process, this long for those who wait to get their answers. */
const farewellSeconds = 1

/**
 * `obrol serve`: runs until SIGTERM or SIGINT, then shuts down within SHUTDOWN_SECONDS.
 *
 * @throws {SettingsError | StartError} whose message is one line for the person at the terminal
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env)
  // Loading the rest takes longer than all else of a start: one that is in vain ends before it.
  lockFolder(settings.dataDir).release()
  const { startServer } = await import('../server.ts')
  const server = await startServer(settings)
  const ending = closeWithGrace(
    { delay: (settings.shutdownSeconds + 5) * 1000, logger: false },
    async ({ err }) => {
      if (err) server.log.fatal({ event: 'stopped', err }, 'The server cannot go on')
      await server.close(err ? farewellSeconds : settings.shutdownSeconds)
    },
  )
  server.failed.then(async (error) => {
    ending.uninstall()
    server.log.fatal({ event: 'store failed', err: error }, 'The store cannot go on')
    await server.close(farewellSeconds)
    process.exit(1)
  })
}
