import type { Api, RouteOptions } from '../api.ts'
import { bySessionToken } from '../authentication.ts'
import { ignoreBodies } from '../content-types.ts'
import { logPerson } from '../log-lines.ts'
import { getMe, logout } from '../schemas/accounts.ts'
import { toTime, toUser } from '../views.ts'

/** One's own session: who one is, and leaving. */
export async function ownSessionRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { sessions } = services
  app.addHook('onRequest', bySessionToken(app, sessions))
  ignoreBodies(app)

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
    logPerson(request, 'logout', request.session.account.username)
    return reply.code(204).send(null)
  })
}
