import type { FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../api.ts'
import { byEventsToken } from '../authentication.ts'
import { openStream } from '../schemas/events.ts'

/** The stream on which everything arrives. */
export async function eventRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  app.addHook('onRequest', byEventsToken(app, services.sessions))
  app.addHook('onRequest', refuseOtherTypes)

  app.get('/v1/events', { schema: openStream }, async (request, reply) => {
    await limits.openStream(request.session)
    return services.openStream(request, reply) as Promise<string>
  })
}

async function refuseOtherTypes(request: FastifyRequest): Promise<void> {
  if (request.accepts().type(['text/event-stream']) === false)
    throw new Problem(
      'not-acceptable',
      'The stream is text/event-stream, which the Accept header of this request does not allow.',
    )
}
