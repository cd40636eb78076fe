import type { Api, RouteOptions } from '../api.ts'
import { bySessionToken } from '../authentication.ts'
import { ignoreBodies } from '../content-types.ts'
import { createStreamToken } from '../schemas/events.ts'
import { issueToken } from '../tokens.ts'
import { toTime } from '../views.ts'

/** A token that opens the stream and nothing else. To sign one costs as much as a read. */
export async function eventTokenRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', bySessionToken(app, services.sessions))
  ignoreBodies(app)

  app.post('/v1/events/token', { schema: createStreamToken }, async ({ session }, reply) => {
    limits.read(session)
    return reply.code(201).send({
      token: issueToken(app, 'events', session),
      expiresAt: toTime(session.expiresAt),
    })
  })
}
