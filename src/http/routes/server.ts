import { Problem, type ProblemCode, problems } from '../../chat/problems.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import type { OpenApiVersion } from '../plugins/swagger.ts'
import {
  explainProblem,
  getHealth,
  getOpenApi,
  getOpenApi32,
  getReadiness,
} from '../schemas/server.ts'
import { revalidate, StaticFile } from '../static/static-file.ts'

/** Health checks, the OpenAPI documents, and the explanations of problem codes. */
export async function serverRoutes(app: Api, { services, timeouts }: RouteOptions): Promise<void> {
  const { ready, storeConnected, store } = services
  const documents: Partial<Record<OpenApiVersion, StaticFile>> = {}

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

  app.get('/openapi.json', { schema: getOpenApi }, async (request, reply) =>
    openApi('3.1').send(request, reply, revalidate),
  )

  app.get('/openapi-3.2.json', { schema: getOpenApi32 }, async (request, reply) =>
    openApi('3.2').send(request, reply, revalidate),
  )

  app.get('/problems/:code', { schema: explainProblem }, async ({ params }) => {
    const { code } = params
    if (!Object.hasOwn(problems, code)) throw new Problem('not-found', 'There is no such code.')
    return { type: `/problems/${code}`, ...problems[code as ProblemCode] }
  })

  /** At the first request, because the documents are made after all routes were added. */
  function openApi(version: OpenApiVersion): StaticFile {
    documents[version] ??= new StaticFile(
      app.openapi[version].json,
      'application/json; charset=utf-8',
    )
    return documents[version]
  }
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
