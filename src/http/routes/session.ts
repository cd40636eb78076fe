import { toOpenedSession, toSessionInfo, toTime, toUser } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import { issueToken } from '../auth/tokens.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { logAccountEvent } from '../logging/log-events.ts'
import { getMe, logout, renew } from '../schemas/accounts.ts'
import { endOtherSessions, endSession, listSessions } from '../schemas/sessions.ts'

/** The current session, and the others of the account. */
export async function sessionRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { sessions, ownSessions } = services
  app.addHook('onRequest', requireSessionToken(app, services))
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

  app.post('/v1/renew', { schema: renew }, async ({ session }) => {
    limits.write(session)
    const renewed = await ownSessions.renew(session)
    return toOpenedSession(renewed, issueToken(app, 'session', renewed))
  })

  app.get('/v1/sessions', { schema: listSessions }, async ({ session }) => {
    limits.read(session)
    return { sessions: (await ownSessions.list(session)).map(toSessionInfo) }
  })

  app.delete('/v1/sessions/:id', { schema: endSession }, async (request, reply) => {
    limits.write(request.session)
    await ownSessions.end(request.session, request.params.id)
    logAccountEvent(request, 'session ended', request.session.account.username)
    return reply.code(204).send(null)
  })

  app.delete('/v1/sessions', { schema: endOtherSessions }, async (request, reply) => {
    limits.write(request.session)
    await ownSessions.endOthers(request.session)
    logAccountEvent(request, 'sessions ended', request.session.account.username)
    return reply.code(204).send(null)
  })
}
