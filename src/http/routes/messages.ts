import type { FastifyReply } from 'fastify'
import { type HistoryQuery, type PostCommand, toMessage } from '../../chat/messages.ts'
import type { Session } from '../../store/session-store.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import {
  addReaction,
  deleteMessage,
  editMessage,
  removeReaction,
} from '../schemas/message-changes.ts'
import {
  defaultMessageLimit,
  getMessage,
  listMessages,
  listRoomMessages,
  sendBroadcast,
  sendDirect,
  sendToRoom,
} from '../schemas/messages.ts'
import type { Services } from '../services.ts'

/** Send, list, get and edit messages. */
export async function messageRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { messages, messageChanges } = services
  const { send, list } = messageAnswers(services, limits)
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.post('/v1/messages/broadcast', { schema: sendBroadcast }, async (request, reply) => {
    const { session, body, headers } = request
    const content = { kind: 'broadcast', ...body } as const
    return send(messages.parse(session, content, headers['idempotency-key']), reply)
  })

  app.post('/v1/messages/direct', { schema: sendDirect }, async (request, reply) => {
    const { session, body, headers } = request
    const content = { kind: 'direct', ...body } as const
    return send(messages.parse(session, content, headers['idempotency-key']), reply)
  })

  app.get('/v1/messages', { schema: listMessages }, async ({ session, query }) => {
    return list(session, { limit: defaultMessageLimit, ...query })
  })

  app.get('/v1/messages/:id', { schema: getMessage }, async ({ session, params }) => {
    limits.read(session)
    return toMessage(await messages.find(session, params.id))
  })

  app.patch('/v1/messages/:id', { schema: editMessage }, async ({ session, params, body }) => {
    const command = messageChanges.parseEdit(params.id, body)
    limits.write(session)
    return toMessage(await messageChanges.change(session, command))
  })
}

/** Delete messages and react to them: the calls that take no body. */
export async function bodilessMessageRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { messageChanges } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  discardBodies(app)

  app.delete('/v1/messages/:id', { schema: deleteMessage }, async ({ session, params }, reply) => {
    limits.write(session)
    await messageChanges.delete(session, params.id)
    return reply.code(204).send(null)
  })

  const path = '/v1/messages/:id/reactions/:emoji'
  app.put(path, { schema: addReaction }, async ({ session, params: { id, emoji } }, reply) => {
    const command = messageChanges.parseReaction('react', id, emoji)
    limits.write(session)
    await messageChanges.change(session, command)
    return reply.code(204).send(null)
  })

  app.delete(
    path,
    { schema: removeReaction },
    async ({ session, params: { id, emoji } }, reply) => {
      const command = messageChanges.parseReaction('unreact', id, emoji)
      limits.write(session)
      await messageChanges.change(session, command)
      return reply.code(204).send(null)
    },
  )
}

/** Send messages to a room, and list them. */
export async function roomMessageRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { send, list } = messageAnswers(services, limits)
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.post('/v1/rooms/:room/messages', { schema: sendToRoom }, async (request, reply) => {
    const { session, body, headers, params } = request
    const content = { kind: 'room', room: params.room, ...body } as const
    return send(services.messages.parse(session, content, headers['idempotency-key']), reply)
  })

  app.get(
    '/v1/rooms/:room/messages',
    { schema: listRoomMessages },
    async ({ session, params, query }) =>
      list(session, { limit: defaultMessageLimit, ...query, room: params.room }),
  )
}

function messageAnswers({ messages }: Services, limits: RateLimits) {
  return { send, list }

  async function list(session: Session, query: HistoryQuery) {
    const command = messages.parsePage(query)
    limits.read(session)
    const { entries, more, cursor } = await messages.page(session, command)
    return { messages: entries.map(toMessage), more, cursor }
  }

  async function send(command: PostCommand, reply: FastifyReply): Promise<FastifyReply> {
    const { entry, replayed } = await limits.post(command.sender, {
      make: () => messages.post(command),
      replay: () => messages.replay(command),
    })
    reply.code(201).header('location', `/v1/messages/${entry.id}`)
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.send(toMessage(entry))
  }
}
