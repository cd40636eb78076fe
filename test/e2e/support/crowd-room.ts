import { openRoom, temporaryFolder } from '../../support/room.ts'
import type { OpenCrowd } from '../behaviour/rooms.ts'
import { crowd, jwtSecret } from './crowd.ts'

/** A room on a data folder that people are in already. */
export const openCrowd: OpenCrowd = async (t, names, { graceMs, settings, ...options }) => {
  const folder = await temporaryFolder(t)
  const members = await crowd(folder, names, options)
  const all = { jwtSecret, presenceGraceMs: graceMs, ...settings }
  return { room: await openRoom(t, { folder, settings: all }), members }
}
