import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import files from '@fastify/static'
import type { FastifyReply } from 'fastify'
import type { Api } from '../api.ts'

/** Where the build leaves the page, seen from the sources and from the built package alike. */
export const builtPage = fileURLToPath(new URL('../../../dist/web', import.meta.url))

/**
 * What the page may do: load and call what comes from here, and nothing else. No code and no style
 * stands in the page itself, so whatever else gets into it is not run.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The names of these files change with what is in them. */
const forEver = { maxAge: '1y', immutable: true }

export interface PageOptions {
  /** Where the built page is. */
  folder: string
}

/**
 * The chat page and its files. Where it was not built, `/` leads to the API's pages, and the log
 * says so once.
 */
export async function pageRoutes(app: Api, { folder }: PageOptions): Promise<void> {
  const built = existsSync(join(folder, 'index.html'))
  if (!built) {
    app.log.warn({ event: 'page not built', folder, otherwise: '/docs' })
    app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs'))
    return
  }
  // After what every answer has: this takes the place of its policy.
  app.addHook('onSend', async (_request, reply: FastifyReply) => {
    reply.header('content-security-policy', policy)
  })
  // A route for each file, so that any other address is judged like one of the API's.
  await app.register(files, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    wildcard: false,
    globIgnore: ['**/*.gz'],
    preCompressed: true,
    ...forEver,
  })
  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('cache-control', 'no-cache')
    return reply.sendFile('index.html', folder, { cacheControl: false })
  })
}
