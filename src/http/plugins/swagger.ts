import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { components, withReferences } from '../schemas/components.ts'

/** What the document says first; Markdown with paragraphs and code alone. */
export const introduction = `A chat server that any HTTP client can talk to. Register or log in, keep the token, send it as
\`Authorization: Bearer\`, and open \`GET /v1/events\`: everything that concerns you arrives there.

Everything said goes into one ordered log, and a stream is a cursor over it. A message that was
answered 201 reaches every stream that may see it, in order, and exactly once for a client that
reconnects with the last id it saw.

Bodies are JSON; forms, as \`curl -d\` sends them, are taken too. Whatever is refused is answered
with problem details (RFC 9457), and the address in \`type\` explains the code.`

/** Makes the OpenAPI document from the schemas of the routes that are added after it. */
export async function addSwagger(app: FastifyInstance, version: string): Promise<void> {
  for (const component of components) app.addSchema(component)
  await app.register(swagger, {
    openapi: {
      openapi: '3.2.0',
      info: {
        title: 'Obrol',
        description: introduction,
        version,
        license: { name: 'MIT', identifier: 'MIT' } as { name: string },
      },
      servers: [{ url: '/', description: 'The server that this document comes from' }],
      tags: [
        { name: 'Accounts', description: 'Come in and leave' },
        { name: 'Messages', description: 'Say something, and read what was said' },
        { name: 'People', description: 'Who is here' },
        { name: 'Events', description: 'The stream on which everything arrives' },
        { name: 'Server', description: 'The server itself' },
      ],
      components: {
        securitySchemes: {
          session: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'The token of `POST /v1/register` or `POST /v1/login`.',
          },
          events: {
            type: 'apiKey',
            in: 'query',
            name: 'token',
            description:
              'The token of `POST /v1/events/token`, for an `EventSource`, which cannot set headers.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
    transform: ({ schema, url }) => ({ schema: withReferences(schema) as typeof schema, url }),
  })
}
