import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Sessions } from '../chat/sessions.ts'
import { parseCursor } from '../delivery/cursor.ts'
import type { Hub } from '../delivery/hub.ts'
import { SseConnection } from '../delivery/sse-connection.ts'
import { detachSocket } from './connection/detach-socket.ts'
import { logStreamOpened } from './logging/log-events.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import type { StreamRequest } from './services.ts'
import { streamHead } from './stream-head.ts'

/** What streams have besides the headers of all answers. */
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

const formatHead = streamHead({ ...securityHeaders, ...headers })

/** Hands the socket of an accepted request over to the delivery of its stream. */
export function streamOpener({
  hub,
  sessions,
  writeTimeoutMs,
}: {
  hub: Hub
  sessions: Pick<Sessions, 'isCached' | 'isValid'>
  /** See SseConnection. */
  writeTimeoutMs: number
}) {
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    { presence, lastEventId }: StreamRequest,
  ): void => {
    if (request.method === 'HEAD') {
      // A body of no known length, for without one Fastify would tell its length as 0.
      reply.headers(headers).send(Readable.from([]))
      return
    }

    const { session } = request
    const framed = request.raw.httpVersion !== '1.0'
    hub.admit(session)
    reply.hijack()
    logStreamOpened(request)
    const head = formatHead(reply.getHeaders(), framed)
    const stream = hub.open({
      session,
      cursor: parseCursor(lastEventId) ?? null,
      presence,
      connection: new SseConnection(detachSocket(reply.raw), { head, framed, writeTimeoutMs }),
    })
    // The session may have ended between its check and this.
    if (sessions.isCached(session)) return
    sessions.isValid(session).then(
      (isValid) => isValid || stream.end('logged-out'),
      () => stream.end('unavailable'),
    )
  }
}
