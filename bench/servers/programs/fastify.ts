import type { AddressInfo } from 'node:net'
import jwt from '@fastify/jwt'
import fastify from 'fastify'

/**
 * The baseline of requests: Fastify with its own validation and serialisation, a token check on
 * every request, the same body and the same answer as Obrol's, and nothing behind it. With `cache`
 * the token check remembers what it has seen.
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
    reply.code(201).header('location', `/v1/messages/${id}`)
    const sentAt = new Date().toISOString()
    return { id, kind: 'broadcast', from: 'person0', text: request.body.text, sentAt }
  },
)
app.get('/v1/events', async (_request, reply) => {
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  reply.raw.write('event: ready\ndata: {}\n\n')
})

await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
process.send?.((app.server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit())
