import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest, preParsingAsyncHookHandler } from 'fastify'
import { Problem } from '../../chat/problems.ts'
import { readForm } from './form-body.ts'
import { readJson } from './json-body.ts'

/** Makes the routes of `app` parse bodies as JSON or as a form. */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addHook('preParsing', rejectEncodedBodies)
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => readJson(body),
  )
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => readForm(body),
  )
}

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

const rejectEncodedBodies: preParsingAsyncHookHandler = async ({ headers }) => {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Problem('unsupported-media-type', 'The body must not be compressed.')
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Problem('unsupported-media-type', 'The body must be in UTF-8.')
}
