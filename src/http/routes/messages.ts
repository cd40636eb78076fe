import type { FastifyReply } from 'fastify'
import { type MessageInput, type PostedMessage, toMessage } from '../../chat/messages.ts'
import type { Session } from '../../store/session-store.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import {
  defaultMessageLimit,
  getMessage,
  listMessages,
  sendBroadcast,
  sendDirect,
} from '../schemas/messages.ts'

/** Send, list and get messages. */
export async function messageRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { messages } = services
  app.addHook('onRequest', requireSessionToken(app, services.sessions))
  parseBodies(app)

  app.post('/v1/messages/broadcast', { schema: sendBroadcast }, async (request, reply) => {
    const { session, body } = request
    const key = request.headers['idempotency-key']
    const posted = await post(session, { kind: 'broadcast', ...body }, key, () =>
      messages.broadcast(session, body.text, key),
    )
    return sendPosted(reply, posted)
  })

  app.post('/v1/messages/direct', { schema: sendDirect }, async (request, reply) => {
    const { session, body } = request
    const key = request.headers['idempotency-key']
    const posted = await post(session, { kind: 'direct', ...body }, key, () =>
      messages.direct(session, body, key),
    )
    return sendPosted(reply, posted)
  })

  app.get('/v1/messages', { schema: listMessages }, async ({ session, query }) => {
    const wanted = { limit: defaultMessageLimit, ...query }
    messages.checkPage(wanted)
    limits.read(session)
    const { entries, more, cursor } = await messages.page(session, wanted)
    return { messages: entries.map(toMessage), more, cursor }
  })

  app.get('/v1/messages/:id', { schema: getMessage }, async ({ session, params }) => {
    limits.read(session)
    return toMessage(await messages.find(session, params.id))
  })

  /** Checks the content before the limit, and looks for a replay past the limit. */
  function post(
    sender: Session,
    content: MessageInput,
    key: string | undefined,
    send: () => Promise<PostedMessage>,
  ): Promise<PostedMessage> {
    messages.check(content, key)
    return limits.post(sender, send, async () =>
      key === undefined ? undefined : messages.replay(sender, content, key),
    )
  }
}

function sendPosted(reply: FastifyReply, { entry, replayed }: PostedMessage): FastifyReply {
  reply.code(201).header('location', `/v1/messages/${entry.id}`)
  if (replayed) reply.header('idempotent-replayed', 'true')
  return reply.send(toMessage(entry))
}
