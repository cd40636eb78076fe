import swaggerUi from '@fastify/swagger-ui'
import type { FastifyError, FastifyInstance } from 'fastify'
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
        persistAuthorization: false,
        validatorUrl: null,
      },
      theme: { title: 'Obrol: the API' },
    })
  })
}
