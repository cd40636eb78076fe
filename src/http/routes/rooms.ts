import { checkRoomChanges, parseNewRoom } from '../../chat/room-input.ts'
import { toBan, toMember, toRoomView } from '../../chat/rooms.ts'
import { lookupKey } from '../../chat/usernames.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import {
  banFromRoom,
  defaultMemberLimit,
  listRoomBans,
  listRoomMembers,
  putRoomMember,
  removeRoomMember,
  unbanFromRoom,
} from '../schemas/room-members.ts'
import {
  createRoom,
  defaultRoomLimit,
  deleteRoom,
  getRoom,
  listRooms,
  updateRoom,
} from '../schemas/rooms.ts'

/** Rooms, their members and bans: the calls that read, and those that take a body. */
export async function roomRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { rooms } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.post('/v1/rooms', { schema: createRoom }, async (request, reply) => {
    const { session, body, headers } = request
    const command = parseNewRoom(body, headers['idempotency-key'])
    const { room, replayed } = await limits.createRoom(session, {
      make: () => rooms.create(session, command),
      replay: () => rooms.replay(session, command),
    })
    const name = 'room' in room ? room.room.name : room.name
    reply.code(201).header('location', `/v1/rooms/${encodeURIComponent(name)}`)
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.send('room' in room ? toRoomView(room) : room)
  })

  app.get('/v1/rooms', { schema: listRooms }, async ({ session, query }) => {
    limits.read(session)
    const page = await rooms.list(session, { limit: defaultRoomLimit, ...query })
    return { rooms: page.rooms.map(toRoomView), more: page.more }
  })

  app.get('/v1/rooms/:room', { schema: getRoom }, async ({ session, params }) => {
    limits.read(session)
    return toRoomView(await rooms.find(session, params.room))
  })

  app.patch('/v1/rooms/:room', { schema: updateRoom }, async ({ session, params, body }) => {
    checkRoomChanges(body)
    limits.write(session)
    return toRoomView(await rooms.update(session, params.room, body))
  })

  app.get(
    '/v1/rooms/:room/members',
    { schema: listRoomMembers },
    async ({ session, params, query }) => {
      limits.read(session)
      const wanted = { limit: defaultMemberLimit, ...query }
      const { members, count, more } = await rooms.members(session, params.room, wanted)
      return { members: members.map(toMember), count, more }
    },
  )

  app.put(
    '/v1/rooms/:room/members/:username',
    { schema: putRoomMember },
    async ({ session, params, body }) => {
      const { room, username } = params
      const put = () => rooms.putMember(session, room, username, body.role)
      const change = () => rooms.changeMember(session, room, username, body.role)
      // Two old names can share a key: then joining with the one costs what adding the other does not.
      const isJoining = lookupKey(username) === lookupKey(session.account.username)
      if (isJoining) limits.write(session)
      const { member } = isJoining
        ? await put()
        : await limits.addMember(session, { add: put, change })
      return toMember(member)
    },
  )

  app.get('/v1/rooms/:room/bans', { schema: listRoomBans }, async ({ session, params, query }) => {
    limits.read(session)
    const wanted = { limit: defaultMemberLimit, ...query }
    const { bans, more } = await rooms.bans(session, params.room, wanted)
    return { bans: bans.map(toBan), more }
  })
}

/** Rooms, their members and bans: the calls that write and take no body. */
export async function bodilessRoomRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { rooms } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  discardBodies(app)

  app.delete('/v1/rooms/:room', { schema: deleteRoom }, async ({ session, params }, reply) => {
    limits.write(session)
    await rooms.delete(session, params.room)
    return reply.code(204).send(null)
  })

  app.delete(
    '/v1/rooms/:room/members/:username',
    { schema: removeRoomMember },
    async ({ session, params: { room, username } }, reply) => {
      limits.write(session)
      await rooms.removeMember(session, room, username)
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/v1/rooms/:room/bans/:username',
    { schema: banFromRoom },
    async ({ session, params: { room, username } }, reply) => {
      limits.write(session)
      await rooms.ban(session, room, username)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/v1/rooms/:room/bans/:username',
    { schema: unbanFromRoom },
    async ({ session, params: { room, username } }, reply) => {
      limits.write(session)
      await rooms.unban(session, room, username)
      return reply.code(204).send(null)
    },
  )
}
