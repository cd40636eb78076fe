import t from 'tap'
import { openNodes } from '../../support/nodes.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { presence } from '../behaviour/presence.ts'
import type { OpenCrowd } from '../behaviour/rooms.ts'
import { crowdIn, jwtSecret } from '../support/crowd.ts'

const openCrowd: OpenCrowd = async (t, names, { present, graceMs }) => {
  const databaseUrl = await (await sharedPostgres()).freshDatabase()
  const members = await crowdIn({ databaseUrl }, names, { present, graceMs })
  const settings = { jwtSecret, presenceGraceMs: graceMs }
  return { room: await openNodes(t, { databaseUrl, settings }), members }
}

if (postgresRuns) presence(t, openNodes, openCrowd, 2_000)
