import type { FastifyReply } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../api.ts'
import { getHealth, getOpenApi, getOpenApi32, getReadiness } from '../schemas/server.ts'

/** The server itself: whether it lives, whether it can serve, what can be called. */
export async function serverRoutes(app: Api, { services, timeouts }: RouteOptions): Promise<void> {
  const { ready, inTouch, store } = services

  app.get('/healthz', { schema: getHealth }, async () => ({ status: 'ok' as const }))

  app.get('/readyz', { schema: getReadiness }, async () => {
    if (!ready()) throw new Problem('unavailable', 'The server is shutting down.')
    if (!inTouch()) throw new Problem('unavailable', 'The store was lost, and is not found yet.')
    await within(timeouts.pingMs, store.ping())
    return { status: 'ok' as const }
  })

  app.get('/openapi.json', { schema: getOpenApi }, async (_request, reply) =>
    sendJson(reply, app.openapi['3.1'].json),
  )

  app.get('/openapi-3.2.json', { schema: getOpenApi32 }, async (_request, reply) =>
    sendJson(reply, app.openapi['3.2'].json),
  )
}

/** Sends JSON that was made at the start. */
function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json').send(json)
}

/** @throws {Problem} `unavailable`: the store failed, or was not in time */
async function within(milliseconds: number, asked: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, milliseconds)
  try {
    await Promise.race([asked, late])
  } catch {
    throw new Problem('unavailable', 'The store does not answer.')
  } finally {
    clearTimeout(timer)
  }
}
