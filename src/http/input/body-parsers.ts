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

const rejectEncodedBodies: preParsingAsyncHookHandler = async ({ headers }) => {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Problem('unsupported-media-type', 'The body must not be compressed.')
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Problem('unsupported-media-type', 'The body must be in UTF-8.')
}
