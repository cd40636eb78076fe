import { requireSessionToken } from '../auth/authentication.ts'
import { issueToken } from '../auth/tokens.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { discardBodies } from '../input/body-parsers.ts'
import { createStreamToken } from '../schemas/events.ts'
import { toTime } from '../serializers.ts'

/** A token that opens the stream and nothing else. To sign one costs as much as a read. */
export async function eventTokenRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', requireSessionToken(app, services.sessions))
  discardBodies(app)

  app.post('/v1/events/token', { schema: createStreamToken }, async ({ session }, reply) => {
    limits.read(session)
    return reply.code(201).send({
      token: issueToken(app, 'events', session),
      expiresAt: toTime(session.expiresAt),
    })
  })
}
