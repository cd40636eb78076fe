import { existsSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyReply } from 'fastify'
import type { Api } from '../fastify-types.ts'
import { immutable, revalidate, StaticFile } from '../static/static-file.ts'

/** Where the build leaves the page, seen from the sources and from the built package alike. */
export const defaultWebAppDirectory = fileURLToPath(new URL('../../../dist/web', import.meta.url))

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

/** What the build leaves. */
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const hidden = { schema: { hide: true } }

export interface WebAppOptions {
  /** Where the built page is. */
  directory: string
}

/**
 * The chat page and its files. Where it was not built, `/` leads to the API's pages, and the log
 * says so once.
 */
export async function webAppRoutes(app: Api, { directory }: WebAppOptions): Promise<void> {
  const built = existsSync(join(directory, 'index.html'))
  if (!built) {
    app.log.warn({ event: 'page not built', folder: directory, otherwise: '/docs' })
    app.get('/', hidden, async (_request, reply) => reply.redirect('/docs'))
    return
  }
  // After what every answer has: this takes the place of its policy.
  app.addHook('onSend', async (_request, reply: FastifyReply) => {
    reply.header('content-security-policy', policy)
  })
  // A route for each file, so that any other address is judged like one of the API's.
  const assets = join(directory, 'assets')
  for (const name of readdirSync(assets)) {
    const type = types[extname(name)] ?? 'application/octet-stream'
    const file = StaticFile.read(join(assets, name), type)
    // The build gives each a name that changes with what is in it.
    app.get(`/assets/${name}`, hidden, (request, reply) => file.send(request, reply, immutable))
  }
  const page = StaticFile.read(join(directory, 'index.html'), 'text/html; charset=utf-8')
  app.get('/', hidden, (request, reply) => page.send(request, reply, revalidate))
}
