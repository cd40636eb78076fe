import t from 'tap'
import { openRoom, temporaryFolder } from '../support/room.ts'
import { presence } from './behaviour/presence.ts'
import { crowd, jwtSecret } from './support/crowd.ts'

presence(t, openRoom, async (t, names, { present, graceMs }) => {
  const folder = await temporaryFolder(t)
  const members = await crowd(folder, names, { present })
  const settings = { jwtSecret, presenceGraceMs: graceMs }
  return { room: await openRoom(t, { folder, settings }), members }
})
