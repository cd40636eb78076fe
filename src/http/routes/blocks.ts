import { toUser } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { blockUser, listBlocks, unblockUser } from '../schemas/blocks.ts'
import { defaultUserLimit } from '../schemas/users.ts'

/** Whom the caller has blocked. */
export async function blockRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { blocks } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  discardBodies(app)

  app.get('/v1/me/blocks', { schema: listBlocks }, async ({ session, query }) => {
    limits.read(session)
    const { users, more } = await blocks.list(session, { limit: defaultUserLimit, ...query })
    return { users: users.map(toUser), more }
  })

  app.put('/v1/me/blocks/:username', { schema: blockUser }, async ({ session, params }, reply) => {
    limits.write(session)
    await blocks.set(session, params.username, true)
    return reply.code(204).send(null)
  })

  app.delete(
    '/v1/me/blocks/:username',
    { schema: unblockUser },
    async ({ session, params }, reply) => {
      limits.write(session)
      await blocks.set(session, params.username, false)
      return reply.code(204).send(null)
    },
  )
}
