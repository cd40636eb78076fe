import { allEvents, hasEvent, parseEvents, withoutEvent } from '../../delivery/event-names.ts'
import { toTime } from '../account-responses.ts'
import { requireEventsToken, requireSessionToken } from '../auth/authentication.ts'
import { issueToken } from '../auth/tokens.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { createStreamToken, openStream } from '../schemas/events.ts'

/** The event stream, and tokens for it. */
export async function eventRoutes(
  app: Api,
  { services, limits, connections }: RouteOptions,
): Promise<void> {
  const onStream = requireEventsToken(app, services)
  const onToken = requireSessionToken(app, services)
  discardBodies(app)

  app.get('/v1/events', { schema: openStream, onRequest: onStream }, async (request, reply) => {
    limits.stream(request.session)
    const { lastEventId = '', events: names } = request.query
    const named = names === undefined ? allEvents : parseEvents(names)
    const presence = hasEvent(named, 'presence') ? (request.query.presence ?? 'full') : 'none'
    const events = presence === 'none' ? withoutEvent(named, 'user.updated') : named
    // The header wins, because an EventSource reconnects to the same URL. An empty one is absent.
    const cursor = request.headers['last-event-id'] || lastEventId
    services.respondWithStream(request, reply, { presence, lastEventId: cursor, events })
    // The limiter's own listener for `close` went with the others, when the stream took the socket.
    if (request.method === 'GET') connections.release(request.socket)
    return reply
  })

  app.post(
    '/v1/events/token',
    { schema: createStreamToken, onRequest: onToken },
    async ({ session }, reply) => {
      // Signing takes as long as a read.
      limits.read(session)
      return reply.code(201).send({
        token: issueToken(app, 'events', session),
        expiresAt: toTime(session.expiresAt),
      })
    },
  )
}
