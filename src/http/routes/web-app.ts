import { existsSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { packagePath } from '../../package-files.ts'
import type { Api } from '../fastify-types.ts'
import { immutable, revalidate, StaticFile } from '../static/static-file.ts'

/** Where the build puts the page. */
export const defaultWebAppDirectory = packagePath('dist/web')

/**
 * The page may load and call this server alone. It has no inline code and no inline styles, so the
 * browser runs nothing that is injected into it.
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

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const hidden = { schema: { hide: true } }

export interface WebAppOptions {
  /** The folder of the built page. */
  directory: string
}

/** The chat page and its assets. Where it was not built, `/` redirects to `/docs`. */
export async function webAppRoutes(app: Api, { directory }: WebAppOptions): Promise<void> {
  const built = existsSync(join(directory, 'index.html'))
  if (!built) {
    app.log.warn({ event: 'page not built', folder: directory, otherwise: '/docs' })
    app.get('/', hidden, async (_request, reply) => reply.redirect('/docs'))
    return
  }
  // Runs after the hook of `addSecurityHeaders`, whose policy it replaces.
  app.addHook('onSend', async (_request, reply: FastifyReply) => {
    reply.header('content-security-policy', policy)
  })
  // A route for each file, so that any other path is not found, as in the API.
  const assets = join(directory, 'assets')
  for (const name of readdirSync(assets)) {
    const type = types[extname(name)] ?? 'application/octet-stream'
    const file = StaticFile.read(join(assets, name), type)
    // The build puts a hash of the content into the name.
    app.get(`/assets/${name}`, hidden, (request, reply) => file.send(request, reply, immutable))
  }
  const page = StaticFile.read(join(directory, 'index.html'), 'text/html; charset=utf-8')
  app.get('/', hidden, (request, reply) => page.send(request, reply, revalidate))
}
