import cors from '@fastify/cors'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'

/** How long a browser may remember a preflight's answer: 10 minutes, in seconds. */
const maxAge = 600

const exposedHeaders = ['Location', 'Retry-After', 'Idempotent-Replayed']

/** Lets pages of these origins call; without any, `OPTIONS` is a method like others that no address takes. */
export async function addCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'],
    exposedHeaders,
    maxAge,
    // Whether the address exists is judged first.
    preflightContinue: true,
    strictPreflight: false,
  })
}

/**
 * What the plugin adds to answers, for those that it does not see.
 *
 * @param origin of the page that called, where that is known
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

/** Answers what a browser asks before it lets a page call an address that exists. */
export const answerPreflight: onRequestHookHandler = ({ method }, reply, done) => {
  if (method === 'OPTIONS') reply.code(204).send()
  else done()
}
