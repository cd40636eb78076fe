import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { getHealth, getReadiness } from '../schemas/health.ts'

/** Whether the server is alive, and whether it is ready for requests. */
export async function healthRoutes(app: Api, { services, timeouts }: RouteOptions): Promise<void> {
  const { ready, storeConnected, store } = services

  app.get('/healthz', { schema: getHealth }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'ok' as const }
  })

  app.get('/readyz', { schema: getReadiness }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!ready()) throw new Problem('unavailable', 'The server is shutting down.')
    if (!storeConnected())
      throw new Problem('unavailable', 'The store was lost, and is not found yet.')
    await withTimeout(timeouts.pingMs, store.ping())
    return { status: 'ok' as const }
  })
}

/** @throws {Problem} `unavailable`: the ping failed or took too long */
async function withTimeout(milliseconds: number, ping: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, milliseconds)
  try {
    await Promise.race([ping, late])
  } catch {
    throw new Problem('unavailable', 'The store does not answer.')
  } finally {
    clearTimeout(timer)
  }
}
