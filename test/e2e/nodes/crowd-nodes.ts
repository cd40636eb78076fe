import { openNodes } from '../../support/nodes.ts'
import { sharedPostgres } from '../../support/postgres.ts'
import type { OpenCrowd } from '../behaviour/rooms.ts'
import { crowdIn, jwtSecret } from '../support/crowd.ts'

/** Several servers on a database that people are in already. */
export const openCrowd: OpenCrowd = async (t, names, { graceMs, settings, ...options }) => {
  const databaseUrl = await (await sharedPostgres()).freshDatabase()
  const members = await crowdIn({ databaseUrl }, names, { graceMs, ...options })
  const all = { jwtSecret, presenceGraceMs: graceMs, ...settings }
  return { room: await openNodes(t, { databaseUrl, settings: all }), members }
}
