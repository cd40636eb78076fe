import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Sessions } from '../chat/sessions.ts'
import { parseCursor } from '../delivery/cursor.ts'
import type { Hub } from '../delivery/hub.ts'
import { Wire } from '../delivery/wire.ts'
import { detachSocket } from './detach.ts'
import { logStream } from './log-lines.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import type { StreamWanted } from './services.ts'
import { streamHead } from './stream-head.ts'

/** What streams have besides the headers of all answers. */
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

const headOf = streamHead({ ...securityHeaders, ...headers })

/** Hands the socket of an accepted request over to the delivery of its stream. */
export function streamOpener({
  hub,
  sessions,
  stallMs,
}: {
  hub: Hub
  sessions: Pick<Sessions, 'knows' | 'stands'>
  /** See Wire. */
  stallMs: number
}) {
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    { presence, lastEventId }: StreamWanted,
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
    logStream(request)
    const head = headOf(reply.getHeaders(), framed)
    const stream = hub.open({
      session,
      cursor: parseCursor(lastEventId) ?? null,
      presence,
      wire: new Wire(detachSocket(reply.raw), { head, framed, stallMs }),
    })
    // The session may have ended between its check and this.
    if (sessions.knows(session)) return
    sessions.stands(session).then(
      (stands) => stands || stream.end('logged-out'),
      () => stream.end('unavailable'),
    )
  }
}
