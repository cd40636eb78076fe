import type { AddressInfo } from 'node:net'
import jwt from '@fastify/jwt'
import fastify from 'fastify'
import { prepareForLongRun } from '../../../src/commands/v8-tuning.ts'

/**
 * The baseline of requests: Fastify with its own validation and serialisation, a token check on
 * every request, the same schema and the same response as Obrol's with all headers, but no store.
 * `cache` has a cache of verified tokens. V8 is prepared as for Obrol.
 */

const cache = process.argv.includes('cache')

const message = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    kind: { type: 'string' },
    from: { type: 'string' },
    text: { type: 'string' },
    sentAt: { type: 'string' },
  },
}
const body = {
  type: 'object',
  properties: { text: { type: 'string', minLength: 1, maxLength: 4000 } },
  required: ['text'],
  additionalProperties: false,
}

const query = {
  type: 'object',
  properties: {
    presence: { type: 'string', enum: ['full', 'none'], default: 'full' },
    lastEventId: { type: 'string', pattern: '^(?:(?:0|[1-9][0-9]{0,15})(?:-[0-9a-z]{8})?)?$' },
    token: { type: 'string' },
  },
  additionalProperties: false,
}

/** Of every response. */
const headers = {
  'content-security-policy':
    "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';img-src 'self' data:;object-src 'none';script-src-attr 'none';style-src 'self' 'unsafe-inline'",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const app = fastify({ keepAliveTimeout: 65_000 })
await app.register(jwt, {
  secret: process.env.JWT_SECRET as string,
  verify: { algorithms: ['HS256'], allowedIss: 'obrol', allowedAud: 'obrol:session', cache },
})
app.addHook('onRequest', async (request) => {
  await request.jwtVerify()
})

let id = 0
app.post<{ Body: { text: string } }>(
  '/v1/messages/broadcast',
  { schema: { body, response: { 201: message } } },
  async (request, reply) => {
    id++
    reply.code(201).headers(headers)
    reply.headers({ 'cache-control': 'no-store', location: `/v1/messages/${id}` })
    const sentAt = new Date().toISOString()
    return { id, kind: 'broadcast', from: 'person0', text: request.body.text, sentAt }
  },
)
app.get('/v1/events', { schema: { querystring: query } }, async (_request, reply) => {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...headers,
    'cache-control': 'no-cache, no-transform',
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  })
  const ready = JSON.stringify({ user: 'person0', head: id, onlineCount: 1 })
  reply.raw.write(`retry: 3000\nevent: ready\ndata: ${ready}\nid: ${id}-00000000\n\n`)
})

await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
prepareForLongRun()
process.send?.((app.server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit())
