import {
  parseBefore,
  parseConversation,
  parseTypingConversation,
  toConversation,
} from '../../chat/conversations.ts'
import { parseCursor } from '../../delivery/cursor.ts'
import type { Cursor } from '../../store/message-log.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import {
  defaultConversationLimit,
  getConversation,
  listConversations,
  markConversationRead,
  tellTyping,
  updateConversation,
} from '../schemas/conversations.ts'

const path = '/v1/conversations/:conversation'

/** Conversations: list, get and mute them, and mark them as read. Nothing of it is in the log. */
export async function conversationRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { conversations } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.get('/v1/conversations', { schema: listConversations }, async ({ session, query }) => {
    const { limit = defaultConversationLimit } = query
    const before = parseBefore(query.before)
    limits.read(session)
    const page = await conversations.list(session, { before, limit })
    return { ...page, conversations: page.conversations.map(toConversation) }
  })

  app.get(path, { schema: getConversation }, async ({ session, params }) => {
    const name = parseConversation(params.conversation)
    limits.read(session)
    return toConversation(await conversations.find(session, name))
  })

  app.patch(path, { schema: updateConversation }, async ({ session, params, body }) => {
    const name = parseConversation(params.conversation)
    limits.read(session)
    return toConversation(await conversations.mute(session, name, body.muted))
  })

  app.put(
    `${path}/read`,
    { schema: markConversationRead },
    async ({ session, params, body }, reply) => {
      const name = parseConversation(params.conversation)
      limits.read(session)
      // The schema has checked that it is one.
      await conversations.markRead(session, name, parseCursor(String(body.upTo)) as Cursor)
      return reply.code(204).send(null)
    },
  )
}

/** The call of conversations that takes no body. */
export async function typingRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  app.addHook('onRequest', requireSessionToken(app, services))
  discardBodies(app)

  app.post(`${path}/typing`, { schema: tellTyping }, async ({ session, params }, reply) => {
    const name = parseTypingConversation(params.conversation)
    limits.read(session)
    await services.conversations.tellTyping(session, name)
    return reply.code(204).send(null)
  })
}
