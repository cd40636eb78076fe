/** The server with bounds that no setting reaches: `TUNING` holds them as JSON. */

import { startServer } from '../../../src/server.ts'
import { readSettings } from '../../../src/settings.ts'

const server = await startServer(
  readSettings(process.env),
  JSON.parse(process.env.TUNING as string),
)
process.once('SIGTERM', () => server.close())
