import swaggerUi from '@fastify/swagger-ui'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerNothingHere } from '../missing.ts'
import type { RouteTable } from '../route-table.ts'

/** The API's pages at `/docs`: what can be called, with forms to try it. */
export async function addSwaggerUi(app: FastifyInstance, table: RouteTable): Promise<void> {
  const nothingHere = answerNothingHere(table)
  await app.register(async (pages) => {
    // A path that leads out of the folder of files, or none that a file could have.
    pages.setErrorHandler<FastifyError>(async (error, request) => {
      if (error.statusCode !== undefined && error.statusCode < 500) await nothingHere(request)
      throw error
    })
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: {
        // Without the bar of the product that renders it.
        layout: 'BaseLayout',
        tryItOutEnabled: true,
        persistAuthorization: true,
        validatorUrl: null,
      },
      theme: { title: 'Obrol: the API' },
      transformSpecificationClone: false,
      transformSpecification: servedDocument(app),
    })
  })
}

/** What the pages load: the document that generators read, as it was made at the start. */
function servedDocument(app: FastifyInstance) {
  return (_made: object, { routeOptions }: FastifyRequest, reply: FastifyReply) => {
    const { document, json } = app.openapi['3.1']
    if (routeOptions.url === '/docs/yaml') return document as object
    reply.type('application/json')
    // Sent as it is, unlike an object.
    return json as unknown as object
  }
}
