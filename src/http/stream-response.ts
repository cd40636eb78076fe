import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Sessions } from '../chat/sessions.ts'
import { parseCursor } from '../delivery/cursor.ts'
import type { Hub } from '../delivery/hub.ts'
import { SseConnection } from '../delivery/sse-connection.ts'
import { detachSocket } from './connection/node-parser.ts'
import { headerLines, responseHead } from './connection/response-head.ts'
import { logStreamOpened } from './logging/log-events.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import type { StreamParameters } from './services.ts'

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** The head of every stream has these; in HTTP/1.0 the end of the connection ends the body. */
const commonLines = headerLines({ ...securityHeaders, ...streamHeaders })
const framedLines = `${commonLines}transfer-encoding: chunked\r\n`

/** Makes `Services.respondWithStream`, which takes the socket from the request and opens a stream on it. */
export function streamResponder({
  hub,
  sessions,
  writeTimeoutMs,
}: {
  hub: Hub
  sessions: Pick<Sessions, 'isCached' | 'refresh'>
  /** See SseConnection. */
  writeTimeoutMs: number
}) {
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    { presence, lastEventId, events }: StreamParameters,
  ): void => {
    if (request.method === 'HEAD') {
      // A body of unknown length: without a body Fastify would send `content-length: 0`.
      reply.headers(streamHeaders).send(Readable.from([]))
      return
    }

    const { session } = request
    const framed = request.raw.httpVersion !== '1.0'
    hub.admit(session)
    reply.hijack()
    logStreamOpened(request)
    const head = responseHead(200, reply.getHeaders(), framed ? framedLines : commonLines)
    const stream = hub.open({
      session,
      cursor: parseCursor(lastEventId) ?? null,
      presence,
      events,
      connection: new SseConnection(detachSocket(reply.raw), { head, framed, writeTimeoutMs }),
    })
    // The session may have ended, or was renewed, since the request was authenticated.
    if (sessions.isCached(session)) return
    sessions.refresh(session).then(
      (found) => {
        if (found) stream.session = found
        else stream.end('logged-out')
      },
      () => stream.end('unavailable'),
    )
  }
}
