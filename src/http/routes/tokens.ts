import type { Token } from '../../store/token-store.ts'
import { toTime } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { discardBodies } from '../input/discard-bodies.ts'
import { proofClient } from '../limits/proof-client.ts'
import { logAccountEvent } from '../logging/log-events.ts'
import { createToken, endToken, listTokens } from '../schemas/tokens.ts'

/** Tokens for programs: make and list them. */
export async function tokenRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { tokens } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.post('/v1/tokens', { schema: createToken }, async (request, reply) => {
    const { session, body } = request
    const { password, ...input } = body
    tokens.check(session, input)
    limits.read(session)
    const caller = await services.freshProofs.of(session, password, proofClient(request, limits))
    const { token, secret } = await tokens.create(caller, input)
    logAccountEvent(request, 'token made', session.account.username)
    return reply.code(201).send({ ...toToken(token), token: secret })
  })

  app.get('/v1/tokens', { schema: listTokens }, async ({ session }) => {
    limits.read(session)
    const found = await tokens.list(session)
    return { tokens: found.map(toToken) }
  })
}

/** End tokens for programs. */
export async function bodilessTokenRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', requireSessionToken(app, services))
  discardBodies(app)

  app.delete('/v1/tokens/:id', { schema: endToken }, async (request, reply) => {
    const { session, params } = request
    limits.read(session)
    await services.tokens.end(session, params.id)
    logAccountEvent(request, 'token ended', session.account.username)
    return reply.code(204).send(null)
  })
}

function toToken({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: Token) {
  return {
    id,
    name,
    scopes: [...scopes],
    createdAt: toTime(createdAt),
    expiresAt: toTime(expiresAt),
    ...(lastUsedAt !== undefined && { lastUsedAt: toTime(lastUsedAt) }),
  }
}
