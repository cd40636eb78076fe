import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../../chat/problems.ts'

/** How much of an ignored body is read before the answer, in bytes; see `drainRequest` for the rest. */
const maxDiscardedBytes = 1_048_576

/**
 * Makes the routes of `app` ignore bodies of any type and size. A body that is cut short is refused:
 * half a request must do nothing.
 */
export function discardBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Fastify refuses a malformed header before it looks for a parser.
  app.addHook('onRequest', async ({ headers }) => {
    delete headers['content-type']
  })
  app.addContentTypeParser('*', async (_request: FastifyRequest, body: IncomingMessage) => {
    let length = 0
    try {
      for await (const chunk of body.iterator({ destroyOnReturn: false })) {
        length += chunk.length
        if (length > maxDiscardedBytes) return
      }
    } catch {
      throw new Problem('malformed-request', 'The body does not arrive as the headers announce it.')
    }
  })
}
