import cors from '@fastify/cors'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'

/** How long a browser may remember a preflight's answer: 10 minutes, in seconds. */
const maxAge = 600

/** Lets pages of these origins call; without any, `OPTIONS` is a method like others that no address takes. */
export async function addCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'],
    exposedHeaders: ['Location', 'Retry-After', 'Idempotent-Replayed'],
    maxAge,
    // Whether the address exists is judged first.
    preflightContinue: true,
    strictPreflight: false,
  })
}

/** Answers what a browser asks before it lets a page call an address that exists. */
export const answerPreflight: onRequestHookHandler = ({ method }, reply, done) => {
  if (method === 'OPTIONS') reply.code(204).send()
  else done()
}
