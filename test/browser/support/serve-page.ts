import { startServer } from '../../../src/server.ts'
import { readSettings } from '../../../src/settings.ts'

/** A server with the page of PAGE_FOLDER, as a process that can be killed. */
const { PAGE_FOLDER: webAppDirectory } = process.env
await startServer(readSettings(process.env), {
  http: { webAppDirectory: webAppDirectory as string },
})
