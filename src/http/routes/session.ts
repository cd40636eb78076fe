import { toTime, toUser } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { logAccountEvent } from '../logging/log-events.ts'
import { getMe, logout } from '../schemas/accounts.ts'

/** The current session. */
export async function sessionRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { sessions } = services
  app.addHook('onRequest', requireSessionToken(app, sessions))
  discardBodies(app)

  app.get('/v1/me', { schema: getMe }, async ({ session }) => {
    limits.read(session)
    const { account, createdAt, expiresAt } = session
    return {
      user: toUser(account),
      session: { createdAt: toTime(createdAt), expiresAt: toTime(expiresAt) },
    }
  })

  app.post('/v1/logout', { schema: logout }, async (request, reply) => {
    await sessions.end(request.session)
    logAccountEvent(request, 'logout', request.session.account.username)
    return reply.code(204).send(null)
  })
}
