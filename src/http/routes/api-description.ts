import { Problem, type ProblemCode, problems } from '../../chat/problems.ts'
import type { Api } from '../fastify-types.ts'
import type { OpenApiVersion } from '../plugins/swagger.ts'
import { explainProblem, getOpenApi, getOpenApi32 } from '../schemas/api-description.ts'
import { revalidate, StaticFile } from '../static/static-file.ts'

/** The OpenAPI documents, and the explanations of problem codes. */
export async function apiDescriptionRoutes(app: Api): Promise<void> {
  const documents: Partial<Record<OpenApiVersion, StaticFile>> = {}

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

  function openApi(version: OpenApiVersion): StaticFile {
    documents[version] ??= new StaticFile(
      JSON.stringify(app.openapi(version)),
      'application/json; charset=utf-8',
    )
    return documents[version]
  }
}
