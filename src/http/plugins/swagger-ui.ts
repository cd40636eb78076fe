import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** The API's pages at `/docs`: what can be called, with forms to try it. */
export async function addSwaggerUi(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
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
}
