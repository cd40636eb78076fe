import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../api.ts'
import { askAgain, KeptFile } from '../kept-file.ts'
import { document, health, readiness } from '../schemas/server.ts'

/** The server itself: whether it lives, whether it can serve, what can be called. */
export async function serverRoutes(app: Api, { services, timeouts }: RouteOptions): Promise<void> {
  const { ready, inTouch, store } = services

  let openApi: KeptFile | undefined

  // What was true a moment ago is not worth keeping.
  app.get('/healthz', { schema: health }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'ok' as const }
  })

  app.get('/readyz', { schema: readiness }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!ready()) throw new Problem('unavailable', 'The server is shutting down.')
    if (!inTouch()) throw new Problem('unavailable', 'The store was lost, and is not found yet.')
    await within(timeouts.pingMs, store.ping())
    return { status: 'ok' as const }
  })

  app.get('/openapi.json', { schema: document }, async (request, reply) => {
    // Once all routes are there.
    openApi ??= new KeptFile(JSON.stringify(app.swagger()), 'application/json; charset=utf-8')
    await openApi.send(request, reply, askAgain)
    return reply
  })
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
