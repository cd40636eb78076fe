import cors from '@fastify/cors'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'

/** How long a browser may cache the answer to a preflight, in seconds: 10 minutes. */
const maxAge = 600

const exposedHeaders = ['Location', 'Retry-After', 'Idempotent-Replayed']

/** Allows pages of these origins to call. Without any, no path takes `OPTIONS`. */
export async function addCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    origin: [...origins],
    methods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'],
    exposedHeaders,
    maxAge,
    // Answered by `answerPreflight`, after the check that the path exists.
    preflightContinue: true,
    strictPreflight: false,
  })
}

/**
 * The headers that the plugin adds, for answers that it does not see.
 *
 * @param origin of the page that called, where it is known
 */
export function corsHeaders(
  origins: readonly string[],
  origin: string | undefined,
): Record<string, string> {
  if (origins.length === 0) return {}
  const exposed = { 'access-control-expose-headers': exposedHeaders.join(', ') }
  if (origins.includes('*')) return { 'access-control-allow-origin': '*', ...exposed }
  const allowed = origin !== undefined && origins.includes(origin)
  return { vary: 'Origin', ...(allowed && { 'access-control-allow-origin': origin }), ...exposed }
}

/** Answers the CORS preflight of a path that exists. */
export const answerPreflight: onRequestHookHandler = ({ method }, reply, done) => {
  if (method === 'OPTIONS') reply.code(204).send()
  else done()
}
