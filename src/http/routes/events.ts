import type { onRequestHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../api.ts'
import { byEventsToken } from '../authentication.ts'
import { openStream } from '../schemas/events.ts'

/** The stream on which everything arrives. */
export async function eventRoutes(
  app: Api,
  { services, limits, connections }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', byEventsToken(app, services.sessions))
  app.addHook('onRequest', refuseOtherTypes)

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

/** A parameter of a media type that is not its weight (RFC 9110, section 12.5.1). */
const parameter = /;\s*(?!q\s*=)[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?/gi

/** The parameters of a type that a client names say nothing that the stream could be otherwise. */
const refuseOtherTypes: onRequestHookHandler = (request, _reply, done) => {
  const { headers } = request
  // The two values that clients of streams send need no parsing.
  if (headers.accept === 'text/event-stream' || headers.accept === '*/*') return done()
  if (headers.accept !== undefined) headers.accept = headers.accept.replaceAll(parameter, '')
  if (request.accepts().type(['text/event-stream']) === false)
    throw new Problem(
      'not-acceptable',
      'The stream is text/event-stream, which the Accept header of this request does not allow.',
    )
  done()
}
