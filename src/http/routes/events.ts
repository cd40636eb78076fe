import { requireEventsToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { openStream } from '../schemas/events.ts'

/** The stream on which everything arrives. */
export async function eventRoutes(
  app: Api,
  { services, limits, connections }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', requireEventsToken(app, services.sessions))

  app.get('/v1/events', { schema: openStream }, async (request, reply) => {
    limits.openStream(request.session)
    const { presence = 'full', lastEventId = '' } = request.query
    // The header wins: an EventSource reconnects to the same address. An empty one counts as absent.
    const cursor = request.headers['last-event-id'] || lastEventId
    services.openStream(request, reply, { presence, lastEventId: cursor })
    if (request.method === 'GET') connections.release(request.socket)
    return reply
  })
}
