import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { type OpenApiDocument, toOpenApi31, toOpenApi32 } from '../docs/openapi-transform.ts'
import type { DocumentedLimits } from '../schemas/documented-rules.ts'
import { OpenApiSchemas } from '../schemas/openapi-schemas.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * The OpenAPI document of this API, once the application is ready. They are made at the first call, as
     * most servers are never asked for them (docs/design/memory.md).
     */
    openapi(version: OpenApiVersion): OpenApiDocument
  }
}

export type OpenApiVersion = '3.1' | '3.2'

/** The description of the API, in Markdown with paragraphs and code alone. */
const introduction = `A chat server that any HTTP client can talk to. Register or log in, keep the token, send it as
\`Authorization: Bearer\`, and open \`GET /v1/events\`: everything that concerns you arrives there.

Every message goes into one ordered log, and a stream is a cursor over it. A message that was
answered 201 reaches every stream that may see it, in order, and exactly once for a client that
reconnects with the last id it saw.

Bodies are JSON; forms, as \`curl -d\` sends them, are accepted too. Errors are problem details
(RFC 9457), and the address in \`type\` explains the code.

\`/openapi.json\` is this API as an OpenAPI 3.1 document, for generators of clients;
\`/openapi-3.2.json\` also describes each event of the stream.`

/**
 * Makes the OpenAPI documents from the schemas of the routes that are added after this call.
 *
 * @param limits the settings that the documents mention
 */
export async function addSwagger(
  app: FastifyInstance,
  version: string,
  limits: DocumentedLimits,
): Promise<void> {
  const documentation = new OpenApiSchemas(limits)
  for (const component of documentation.components()) app.addSchema(component)
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
        { name: 'Accounts', description: 'Register, log in and log out' },
        { name: 'Tokens', description: 'Tokens for programs' },
        { name: 'Messages', description: 'Send messages and read them' },
        { name: 'Rooms', description: 'Make rooms, join them and say who may do what' },
        {
          name: 'Conversations',
          description: 'What a list of conversations shows: the newest message, what is unread',
        },
        { name: 'People', description: 'Who is online' },
        { name: 'Staff', description: 'What moderators and admins do to accounts' },
        { name: 'Events', description: 'The event stream' },
        { name: 'Server', description: 'The server itself' },
      ],
      components: {
        securitySchemes: {
          sessionToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              'The token of `POST /v1/register` or `POST /v1/login`. Where an operation names a scope, also a token of `POST /v1/tokens` with this scope.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
    transform: ({ schema, url }) => ({
      schema: documentation.document(schema) as typeof schema,
      url,
    }),
  })
  let documents: Record<OpenApiVersion, OpenApiDocument> | undefined
  app.decorate('openapi', (openApiVersion) => {
    if (documents === undefined) {
      const document32 = toOpenApi32(app.swagger())
      documents = { '3.1': toOpenApi31(document32), '3.2': document32 }
    }
    return documents[openApiVersion]
  })
}
