import { Problem } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../api.ts'
import { document, health, readiness } from '../schemas/server.ts'

/** The server itself: whether it lives, whether it can serve, what can be called. */
export async function serverRoutes(app: Api, { services, timeouts }: RouteOptions): Promise<void> {
  const { ready, inTouch, store } = services

  app.get('/healthz', { schema: health }, async () => ({ status: 'ok' as const }))

  app.get('/readyz', { schema: readiness }, async () => {
    if (!ready()) throw new Problem('unavailable', 'The server is shutting down.')
    if (!inTouch()) throw new Problem('unavailable', 'The store was lost, and is not found yet.')
    await within(timeouts.pingMs, store.ping())
    return { status: 'ok' as const }
  })

  app.get('/openapi.json', { schema: document }, async () => app.swagger() as { openapi: string })
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
